import type { Counts, Pair } from './sums.js';
import { wilson } from './two-proportions.js';

/**
 * Whether a harm stays within its limit: the upper 95 % bound of the difference of shares is below the margin (one-sided, Newcombe's bound;
 * FDA guidance on non-inferiority 2016). "Not shown to be safe" is not "harmful": with few people nothing is safe.
 */
export function isNonInferior(harms: Pair<Counts>, margin: number): boolean {
  return upperDifference(harms) < margin;
}

/** The upper 95 % bound of treatment − control, in shares; 1 without people in both. */
export function upperDifference({ control, treatment }: Pair<Counts>): number {
  if (control.of === 0 || treatment.of === 0) return 1;
  const [p1, p2] = [control.hits / control.of, treatment.hits / treatment.of];
  const [low1] = wilson(control, oneSided);
  const [, high2] = wilson(treatment, oneSided);
  return p2 - p1 + Math.hypot(high2 - p2, p1 - low1);
}

/** z of a one-sided bound at 95 %. */
const oneSided = 1.6448536269514722;

/** Margins that shops start with, in shares of people: 0.05 points more unsubscribes. */
export const unsubscribeMargin = 0.0005;
