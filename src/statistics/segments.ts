import type { Effect } from './heterogeneity.js';
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

/** What a segment says of one arm against another. */
export interface SegmentEvidence {
  /** In log-odds, or in shares of the segment's mean. */
  readonly effect: Effect;
  /** Of both arms together. */
  readonly conversions: number;
}

/** The same for one arm against another, by conversions. */
export function claimSegments(segments: readonly Pair<Counts>[]): SegmentClaims {
  return claimByArm([segments.map(evidenceOf)])[0] ?? { segments: [], meanTau: 0 };
}

/**
 * Which segments may go their own way, for each arm that is compared. All three must hold: the pooled chance is 95 % or more (or 5 % or
 * less), Benjamini–Hochberg over all segments of all arms passes at 5 %, and the segment has 25 conversions. Sizes and counts decide alone;
 * the order of the segments does not matter.
 */
export function claimByArm(arms: readonly (readonly SegmentEvidence[])[]): readonly SegmentClaims[] {
  const adjusted = benjaminiHochberg(arms.flat().map(({ effect: { value, variance } }) => normalTwoSided(value / Math.sqrt(variance))));
  return arms.map((segments, at) => {
    const before = arms.slice(0, at).reduce((sum, { length }) => sum + length, 0);
    const pooled = poolSegments(segments.map(({ effect }) => effect));
    return {
      meanTau: pooled.meanTau,
      segments: pooled.segments.map((segment, place) => {
        const isAllowed = (adjusted[before + place] ?? 1) <= 0.05 && (segments[place]?.conversions ?? 0) >= leastConversions;
        return { ...segment, better: isAllowed ? sureArm(segment.chanceAbove) : null };
      }),
    };
  });
}

const leastConversions = 25;

function evidenceOf(pair: Pair<Counts>): SegmentEvidence {
  return { effect: logOddsEffect(pair), conversions: pair.control.hits + pair.treatment.hits };
}

function sureArm(chanceAbove: number): 'control' | 'treatment' | null {
  if (chanceAbove >= 0.95) return 'treatment';
  return chanceAbove <= 0.05 ? 'control' : null;
}
