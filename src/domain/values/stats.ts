import { compiled, incbet, incbi, lgam } from 'cephes';

// WebAssembly that stands in the package's own file: loaded once, in about 20 ms.
await compiled;

/** What the domain needs of the library of distributions (Cephes, as `src/statistics/special.ts`, which has the rest). */

/** P(X ≤ x) for X ~ Beta(a, b): the regularised incomplete beta function. */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  return x >= 1 ? 1 : incbet(a, b, x);
}

/** The x with P(X ≤ x) = p for X ~ Beta(a, b). */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0;
  return p >= 1 ? 1 : incbi(a, b, p);
}

/**
 * Fisher's exact test, one-sided: the probability of `hits` or fewer in the first group, were both groups alike, given all margins.
 *
 * @example fisherLess({ hits: 0, of: 12 }, { hits: 7, of: 12 }) // 0.00229
 */
export function fisherLess(
  first: { readonly hits: number; readonly of: number },
  second: { readonly hits: number; readonly of: number },
): number {
  const all = first.of + second.of;
  const hits = first.hits + second.hits;
  let sum = 0;
  for (let k = Math.max(0, first.of - (all - hits)); k <= first.hits; k += 1)
    sum += Math.exp(lnChoose(hits, k) + lnChoose(all - hits, first.of - k) - lnChoose(all, first.of));
  return Math.min(1, sum);
}

function lnChoose(n: number, k: number): number {
  return lgam(n + 1) - lgam(k + 1) - lgam(n - k + 1);
}
