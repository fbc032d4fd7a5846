import { benjaminiHochberg } from './multiple-comparisons.js';
import { logOddsEffect, type PooledSegment, poolSegments } from './pooling.js';
import { normalTwoSided } from './special.js';
import type { Counts, Pair } from './sums.js';

/** A segment, and whether it may have a winner of its own. */
export interface SegmentClaim extends PooledSegment {
  /** The arm that is claimed to be better here; null: the winner of all people holds. */
  readonly better: 'control' | 'treatment' | null;
}

export interface SegmentClaims {
  readonly segments: readonly SegmentClaim[];
  /** E[τ] in log-odds: do segments differ at all? */
  readonly meanTau: number;
}

/**
 * Which segments may go their own way. All three must hold: the pooled chance is 95 % or more (or 5 % or less), Benjamini–Hochberg over all
 * segments passes at 5 %, and the segment has 25 conversions. Sizes and counts decide alone; the order of the segments does not matter.
 */
export function claimSegments(segments: readonly Pair<Counts>[]): SegmentClaims {
  const effects = segments.map(logOddsEffect);
  const adjusted = benjaminiHochberg(effects.map(({ value, variance }) => normalTwoSided(value / Math.sqrt(variance))));
  const pooled = poolSegments(effects);
  return {
    meanTau: pooled.meanTau,
    segments: pooled.segments.map((segment, at) => {
      const { control, treatment } = segments[at] ?? none;
      const isAllowed = (adjusted[at] ?? 1) <= 0.05 && control.hits + treatment.hits >= 25;
      return { ...segment, better: isAllowed ? sureArm(segment.chanceAbove) : null };
    }),
  };
}

const none: Pair<Counts> = { control: { hits: 0, of: 0 }, treatment: { hits: 0, of: 0 } };

function sureArm(chanceAbove: number): 'control' | 'treatment' | null {
  if (chanceAbove >= 0.95) return 'treatment';
  return chanceAbove <= 0.05 ? 'control' : null;
}
