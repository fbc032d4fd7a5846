import type { TestState } from '../statistics/decision.js';
import { logOddsEffect, relativeEffect } from '../statistics/pooling.js';
import { claimByArm, type SegmentEvidence } from '../statistics/segments.js';
import { type ArmInputs, isSafe, type LookInputs, type SegmentInputs } from './look.js';
import type { ArmSums } from './sums.js';

/** What a test says of one segment, once it is decided. */
export interface SegmentWinner {
  readonly segment: string;
  /** People of all arms that are compared, whose window is complete. */
  readonly people: number;
  readonly conversions: number;
  /** The arm for its people. */
  readonly arm: string;
  /** It is another one than the arm of all people. */
  readonly isOwn: boolean;
  /** The pooled chance of each other arm to be better here than the arm of all people. */
  readonly rivals: readonly { readonly arm: string; readonly chance: number }[];
}

export interface SegmentWinners {
  /** E[τ], the greatest of all comparisons: do segments differ at all? */
  readonly meanTau: number;
  readonly segments: readonly SegmentWinner[];
}

/**
 * The arms of segments, by the inputs of the look that decided. Everybody gets the arm of all people (`kept`); a segment gets another one
 * only if that is claimed to be better there by the whole policy (`claimByArm`), and of several the one with the lowest expected loss.
 * Null: nothing is asked for, or the test stopped for harm or is broken.
 */
export function segmentWinners(inputs: LookInputs, state: TestState, kept: string | null): SegmentWinners | null {
  const { segments } = inputs;
  if (segments === undefined || kept === null || state.kind === 'harm-stop') return null;
  const rivals = rivalsOf(inputs, kept);
  const claims = claimByArm(rivals.map(({ arm }) => segments.map((segment) => evidenceOf(segment, kept, arm, inputs.unit ?? 'people'))));
  return {
    meanTau: Math.max(0, ...claims.map(({ meanTau }) => meanTau)),
    segments: segments.map((segment, place) => {
      const found = rivals.map(({ arm }, at) => ({ arm, claim: claims[at]?.segments[place] }));
      const [best] = found
        .filter(({ claim }) => claim?.better === 'treatment')
        .toSorted((one, other) => (other.claim?.mean ?? 0) - (one.claim?.mean ?? 0));
      return {
        segment: segment.segment,
        people: segment.arms.reduce((sum, { people }) => sum + people, 0),
        conversions: segment.arms.reduce((sum, { ordered }) => sum + ordered, 0),
        arm: best?.arm ?? kept,
        isOwn: best !== undefined,
        rivals: found.map(({ arm, claim }) => ({ arm, chance: claim?.chanceAbove ?? 0.5 })),
      };
    }),
  };
}

/** Of the segments that have another arm than all people; null: none has. */
export function ownArms(winners: SegmentWinners | null): Readonly<Record<string, string>> | null {
  const own = (winners?.segments ?? []).filter(({ isOwn }) => isOwn);
  return own.length === 0 ? null : Object.fromEntries(own.map(({ segment, arm }) => [segment, arm]));
}

/** What segments may get beside the arm of all people: the control, and challengers that do no harm. */
function rivalsOf({ control, challengers, guardrails }: LookInputs, kept: string): readonly ArmInputs[] {
  return [control, ...challengers.filter((arm) => isSafe(control, arm, guardrails))].filter(({ arm }) => arm !== kept);
}

function evidenceOf({ arms }: SegmentInputs, kept: string, rival: string, unit: 'money' | 'people'): SegmentEvidence {
  const [control, treatment] = [kept, rival].map((id) => arms.find(({ arm }) => arm === id) ?? nobody);
  if (control === undefined || treatment === undefined) throw new Error('Two arms are compared.');
  return { effect: effectOf(control, treatment, unit), conversions: control.ordered + treatment.ordered };
}

function effectOf(control: SegmentArm, treatment: SegmentArm, unit: 'money' | 'people'): SegmentEvidence['effect'] {
  const counts = ({ sum, people }: SegmentArm) => ({ hits: sum / 1_000, of: people });
  if (unit === 'people') return logOddsEffect({ control: counts(control), treatment: counts(treatment) });
  const sums = ({ people, sum, sumSquares }: SegmentArm) => ({ n: people, sum, sumSquares });
  return relativeEffect({ control: sums(control), treatment: sums(treatment) });
}

type SegmentArm = Pick<ArmSums, 'people' | 'sum' | 'sumSquares' | 'ordered'>;

const nobody: SegmentArm = { people: 0, sum: 0, sumSquares: 0, ordered: 0 };
