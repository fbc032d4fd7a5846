import { compiled, igamc, incbet, incbi, lgam, ndtr, ndtri } from 'cephes';
import { crossing, gaussLegendre, integrate } from './numeric.js';

// The library is C, compiled to WebAssembly that stands in its own file: loaded once, in about 20 ms, and nothing outside is touched.
await compiled;

/** The one door to the library of special functions: Cephes (Moshier 1989), checked against scipy in test/statistics/special.test.ts. */

/** P(Z ≤ z) of the standard normal distribution; far in the tail too, and 0 where it is below 1e-160. */
export function normalCdf(z: number): number {
  if (Math.abs(z) === Number.POSITIVE_INFINITY) return z > 0 ? 1 : 0;
  return ndtr(z);
}

/** The density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** The z with P(Z ≤ z) = p; minus or plus infinity at 0 and 1. */
export function normalQuantile(p: number): number {
  if (p <= 0) return Number.NEGATIVE_INFINITY;
  return p >= 1 ? Number.POSITIVE_INFINITY : ndtri(p);
}

/** P(|Z| ≥ |z|): the two-sided p-value of a z statistic. */
export function normalTwoSided(z: number): number {
  return 2 * normalCdf(-Math.abs(z));
}

/** The z that a two-sided test at `alpha` must reach: 1.96 at 0.05. */
export function criticalZ(alpha: number): number {
  return -normalQuantile(alpha / 2);
}

/** P(|T| ≥ |t|) of Student's t with `df` degrees of freedom, through the incomplete beta function. */
export function studentTwoSided(t: number, df: number): number {
  const square = t * t;
  // Near 0 the first form loses digits (x is next to 1), far out the second does.
  return square < 9 ? 1 - incbet(0.5, df / 2, square / (df + square)) : incbet(df / 2, 0.5, df / (df + square));
}

/** P(T ≤ t) of Student's t with `df` degrees of freedom. */
export function studentCdf(t: number, df: number): number {
  const outside = studentTwoSided(t, df) / 2;
  return t < 0 ? outside : 1 - outside;
}

/** The t that a two-sided test at `alpha` must reach with `df` degrees of freedom. */
export function criticalT(alpha: number, df: number): number {
  const x = incbi(0.5, df / 2, 1 - alpha);
  return Math.sqrt((df * x) / (1 - x));
}

/** P(X ≥ x) of chi-square with `df` degrees of freedom: the upper incomplete gamma function, no difference of two near numbers. */
export function chiSquareAbove(x: number, df: number): number {
  const [a, half] = [df / 2, x / 2];
  if (half <= 0) return 1;
  // Below 1e-300 the library throws.
  return a * Math.log(half) - half - lgam(a) < -690 ? 0 : igamc(a, half);
}

/** P(X ≤ x) for X ~ Beta(a, b); 0 and 1 outside of [0, 1]. */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return Math.min(a, b) > manyPeople ? betaTail(x, a, b) : incbet(a, b, x);
}

/** Above this the library's continued fraction ends before it has converged: six digits at a million, three at three million. */
const manyPeople = 200_000;

/**
 * The CDF as a sum over the density from x to ten deviations beyond the mean, on the side where the tail is (Press et al. 2007, §6.4.2).
 */
function betaTail(x: number, a: number, b: number): number {
  const mean = a / (a + b);
  const deviation = Math.sqrt((mean * (1 - mean)) / (a + b + 1));
  const isAbove = x > mean;
  const far = isAbove ? Math.max(mean + 10 * deviation, x + 5 * deviation) : Math.min(mean - 10 * deviation, x - 5 * deviation);
  const lnNorm = lnBeta(a, b);
  const tail = Math.abs(integrate(gaussLegendre(64, x, Math.min(1, Math.max(0, far))), (at) => betaDensity(at, a, b, lnNorm)));
  return isAbove ? 1 - tail : tail;
}

/** The density of Beta(a, b) at x, with ln B(a, b) given. */
export function betaDensity(x: number, a: number, b: number, lnNorm: number): number {
  return Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - lnNorm);
}

/** The x with P(X ≤ x) = p for X ~ Beta(a, b). */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  const x = libraryQuantile(p, a, b);
  const off = Math.abs(betaCdf(x, a, b) - p);
  return off <= 1e-10 * Math.min(p, 1 - p) + 1e-16 ? x : crossing((at) => betaCdf(at, a, b) - p, 0, 1);
}

/**
 * The library's quantile is quick, and gives up far in the tail of a lopsided distribution: by a wrong number, or by a throw. So it is
 * always tried.
 */
function libraryQuantile(p: number, a: number, b: number): number {
  try {
    return incbi(a, b, p);
  } catch {
    return Number.NaN;
  }
}

/** ln Γ(x), for x > 0. */
export function lnGamma(x: number): number {
  return lgam(x);
}

/** ln B(a, b). */
export function lnBeta(a: number, b: number): number {
  return lgam(a) + lgam(b) - lgam(a + b);
}
