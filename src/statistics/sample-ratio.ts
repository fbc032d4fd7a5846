import { chiSquareAbove, lnGamma } from './special.js';

/**
 * Whether people came to the arms in the shares that were set. If not, something loses or moves people, and no effect may be shown.
 *
 * One look: Pearson's chi-square over arms with a weight (Fabijan et al. 2019). Looks at any time: a Bayes factor whose inverse is a
 * p-value that holds at all times together (Lindon & Malek 2022).
 */
export type SampleRatio =
  /** p under 0.001 is a broken split. */
  | { readonly kind: 'tested'; readonly chiSquare: number; readonly degreesOfFreedom: number; readonly p: number }
  /** People are in an arm that has no weight: broken, whatever their number. */
  | { readonly kind: 'impossible'; readonly arm: number }
  /** Fewer than five people are expected in an arm. */
  | { readonly kind: 'too-few' };

/** Below this a split counts as broken. */
export const brokenSplit = 0.001;

/** People by arm against the arms' weights (any sum above 0). */
export function sampleRatio(observed: readonly number[], weights: readonly number[]): SampleRatio {
  const all = total(observed);
  const sum = total(weights);
  return compare(
    observed,
    weights.map((weight) => (all * weight) / sum),
  );
}

/** A stretch of time in which the weights were the same. */
export interface Stretch {
  /** People by arm who entered in it. */
  readonly observed: readonly number[];
  readonly weights: readonly number[];
}

/** The same for weights that changed: each stretch expects its own. */
export function sampleRatioOver(stretches: readonly Stretch[]): SampleRatio {
  const impossible = stretches.map(({ observed, weights }) => sampleRatio(observed, weights)).find(({ kind }) => kind === 'impossible');
  if (impossible !== undefined) return impossible;
  const arms = stretches[0]?.weights.map((_, arm) => arm) ?? [];
  const observed = arms.map((arm) => total(stretches.map((stretch) => stretch.observed[arm] ?? 0)));
  const expected = arms.map((arm) =>
    total(stretches.map((stretch) => (total(stretch.observed) * (stretch.weights[arm] ?? 0)) / total(stretch.weights))),
  );
  return compare(observed, expected);
}

function compare(observed: readonly number[], expected: readonly number[]): SampleRatio {
  const impossible = observed.findIndex((people, arm) => people > 0 && !((expected[arm] ?? 0) > 0));
  if (impossible >= 0) return { kind: 'impossible', arm: impossible };
  const open = expected.flatMap((people, arm) => (people > 0 ? [{ people, seen: observed[arm] ?? 0 }] : []));
  if (open.length < 2 || open.some(({ people }) => people < 5)) return { kind: 'too-few' };
  const chiSquare = total(open.map(({ people, seen }) => (seen - people) ** 2 / people));
  const degreesOfFreedom = open.length - 1;
  return { kind: 'tested', chiSquare, degreesOfFreedom, p: chiSquareAbove(chiSquare, degreesOfFreedom) };
}

/**
 * The logarithm of the Bayes factor for a broken split: Dirichlet(`concentration` · weights) against the weights themselves. Weights may
 * change between stretches: each is expected from its own weights, bent as the arms have been bent before. With one set of weights it is
 * the Dirichlet-multinomial of all people, however they are cut. Infinity for people in an arm without a weight.
 */
export function lnSplitFactor(stretches: readonly Stretch[], concentration = 10): number {
  const arms = stretches[0]?.weights.map(() => 0) ?? [];
  let before: Past = { seen: arms, expected: arms };
  let ln = 0;
  for (const stretch of stretches) {
    ln += lnFactor(stretch, priorFrom(before, stretch.weights, concentration));
    before = afterwards(before, stretch);
  }
  return ln;
}

/** People by arm before a stretch: who came, and how many the weights had asked for. */
interface Past {
  readonly seen: readonly number[];
  readonly expected: readonly number[];
}

/**
 * What to expect of the next people, as so many seen before. It rests on the past alone, so the factor stays a fair bet while the split is
 * sound.
 */
function priorFrom({ seen, expected }: Past, weights: readonly number[], concentration: number): readonly number[] {
  const bent = shares(weights).map((share, arm) => {
    const weight = concentration * share;
    return weight === 0 ? 0 : (share * (weight + (seen[arm] ?? 0))) / (weight + (expected[arm] ?? 0));
  });
  return shares(bent).map((share) => share * (concentration + total(seen)));
}

function afterwards({ seen, expected }: Past, { observed, weights }: Stretch): Past {
  const people = total(observed);
  return {
    seen: seen.map((count, arm) => count + (observed[arm] ?? 0)),
    expected: shares(weights).map((share, arm) => (expected[arm] ?? 0) + share * people),
  };
}

/** The p-value at any time from the greatest factor seen so far: min(1, 1/factor). */
export function anytimeSplitP(lnFactors: readonly number[]): number {
  return Math.min(1, Math.exp(-Math.max(0, ...lnFactors)));
}

function lnFactor({ observed, weights }: Stretch, prior: readonly number[]): number {
  if (observed.some((people, arm) => people > 0 && !((weights[arm] ?? 0) > 0))) return Number.POSITIVE_INFINITY;
  const arms = shares(weights).map((share, arm) => {
    const people = observed[arm] ?? 0;
    return people === 0 ? 0 : lnRising(prior[arm] ?? 0, people) - people * Math.log(share);
  });
  return total(arms) - lnRising(total(prior), total(observed));
}

function shares(weights: readonly number[]): readonly number[] {
  const sum = total(weights);
  return weights.map((weight) => weight / sum);
}

/** ln Γ(a + n) − ln Γ(a). */
function lnRising(a: number, n: number): number {
  return lnGamma(a + n) - lnGamma(a);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
