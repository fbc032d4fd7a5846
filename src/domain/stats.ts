import jstat from 'jstat';

/** The one door to the library of distributions (jstat; agrees with @stdlib to 1e-7). */

/** P(X ≤ x) for X ~ Beta(a, b): the regularised incomplete beta function. */
export function betaCdf(x: number, a: number, b: number): number {
  return jstat.beta.cdf(x, a, b);
}

/** The x with P(X ≤ x) = p for X ~ Beta(a, b). */
export function betaQuantile(p: number, a: number, b: number): number {
  return jstat.beta.inv(p, a, b);
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
  return jstat.gammaln(n + 1) - jstat.gammaln(k + 1) - jstat.gammaln(n - k + 1);
}
