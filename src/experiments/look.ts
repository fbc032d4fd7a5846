import { challengersOf, type Experiment, type Guardrail, otherPeople, unitOf } from '../journey/experiment.js';
import { type ArmReading, decide, earn, type Reading, type TestRules, type TestState, usualRules } from '../statistics/decision.js';
import type { boundaries } from '../statistics/group-sequential.js';
import { isNonInferior } from '../statistics/guardrail.js';
import { anytimeSplitP, lnSplitFactor, type Stretch } from '../statistics/sample-ratio.js';
import { type ArmSums, type Entered, type ExperimentSums, noSums, type SegmentSums, sumsOfArm, type VersionSums } from './sums.js';

/** Of the way in which numbers are made of sums: another one where a look would come to another result. */
export const analysisVersion = 'analysis-1';

/** All that a look's result is made of: kept with it, so that it can be computed again. */
export interface LookInputs {
  readonly analysis: string;
  readonly rules: TestRules;
  /** Full days since the first person came. */
  readonly day: number;
  readonly before: TestState;
  readonly control: ArmInputs;
  readonly challengers: readonly ArmInputs[];
  /** Arms that only measure: holdouts beside the control. */
  readonly holdouts: readonly ArmInputs[];
  readonly guardrails: readonly Guardrail[];
  readonly cap: number | null;
  readonly conflicted: number;
  /** People by version and arm, with the weights of that version. */
  readonly stretches: readonly Stretch[];
  /** A bandit's. Absent: it is a test. */
  readonly bandit?: BanditInputs;
  /** By segment, and in what values are counted. Absent: the experiment names no segments. */
  readonly unit?: 'money' | 'people';
  readonly segments?: readonly SegmentInputs[];
  /** The greatest logarithm of a factor against the split, up to the look before. */
  readonly mostBefore: number;
}

export interface ArmInputs extends ArmSums {
  readonly cost: number;
}

export interface BanditInputs {
  /** The least share of an arm. */
  readonly floor: number;
  /** People by the weights that drew them. */
  readonly batches: readonly {
    readonly version: number;
    /** Of all arms, whose window is complete. */
    readonly people: number;
    readonly arms: readonly Pick<ArmSums, 'arm' | 'people' | 'sum' | 'sumSquares'>[];
  }[];
}

/** Of the arms that are compared. */
export interface SegmentInputs {
  readonly segment: string;
  readonly arms: readonly Pick<ArmSums, 'arm' | 'people' | 'sum' | 'sumSquares' | 'ordered'>[];
}

export interface LookResult {
  readonly state: TestState;
  readonly splitP: number;
  readonly mostFactor: number;
  /** α spent by planned looks so far. */
  readonly alphaSpent: number;
}

/** Weights of the arms by version, as they were published. */
export type WeightsByVersion = ReadonlyMap<number, ReadonlyMap<string, number>>;

export interface LookAt {
  readonly day: number;
  readonly before: TestState;
  readonly mostBefore: number;
  readonly weights: WeightsByVersion;
}

/** What a look of this day is made of. */
export function lookInputs(experiment: Experiment, sums: ExperimentSums, { day, before, mostBefore, weights }: LookAt): LookInputs {
  const { control, guardrails, arms } = experiment;
  const challengers = challengersOf(experiment);
  const inputsOf = (id: string): ArmInputs => ({
    ...(sums.arms.find(({ arm }) => arm === id) ?? noSums(id)),
    cost: arms.find((arm) => arm.id === id)?.cost ?? 0,
  });
  return {
    analysis: analysisVersion,
    rules: rulesOf(experiment),
    day,
    before,
    control: inputsOf(control),
    challengers: challengers.map(({ id }) => inputsOf(id)),
    holdouts: arms.filter(({ id, holdoutOf }) => id !== control && holdoutOf !== null).map(({ id }) => inputsOf(id)),
    guardrails,
    cap: sums.cap,
    conflicted: sums.conflicted,
    stretches: stretchesOf(experiment, sums.entered, weights),
    mostBefore,
    ...(experiment.bandit === undefined
      ? {}
      : { unit: unitOf(experiment.metric.kind), bandit: { ...experiment.bandit, batches: batchesOf(sums.versions ?? []) } }),
    ...(sums.segments === undefined ? {} : { unit: unitOf(experiment.metric.kind), segments: segmentInputs(experiment, sums.segments) }),
  };
}

function batchesOf(versions: readonly VersionSums[]): BanditInputs['batches'] {
  return versions.map(({ version, arms }) => ({
    version,
    people: arms.reduce((all, { people }) => all + people, 0),
    arms: arms.map(({ arm, people, sum, sumSquares }) => ({ arm, people, sum, sumSquares })),
  }));
}

/** In the order of the file, the others last. */
function segmentInputs(experiment: Experiment, found: readonly SegmentSums[]): readonly SegmentInputs[] {
  const compared = [experiment.control, ...challengersOf(experiment).map(({ id }) => id)];
  return [...(experiment.segments ?? []), otherPeople].flatMap((id) => {
    const arms = found.find(({ segment }) => segment === id)?.arms ?? [];
    const own = compared.flatMap((arm) => arms.filter((one) => one.arm === arm));
    if (own.length === 0) return [];
    return [{ segment: id, arms: own.map(({ arm, people, sum, sumSquares, ordered }) => ({ arm, people, sum, sumSquares, ordered })) }];
  });
}

/** The result, of these inputs alone. `looksAt` is for simulations, as in `decide`. */
export function resultOf(inputs: LookInputs, looksAt?: typeof boundaries): LookResult {
  const { p: splitP, mostFactor } = splitOf(inputs);
  const state =
    inputs.bandit === undefined
      ? decide(inputs.rules, inputs.before, readingOf(inputs, splitP), looksAt)
      : earn(inputs.rules, inputs.before, { day: inputs.day, splitP });
  return { state, splitP, mostFactor, alphaSpent: state.looks.at(-1)?.spent ?? 0 };
}

/** Whether people came in the shares that were set, by all looks so far and these people. */
export function splitOf({ stretches, mostBefore }: Pick<LookInputs, 'stretches' | 'mostBefore'>): {
  readonly p: number;
  readonly mostFactor: number;
} {
  const mostFactor = Math.min(mostFinite, Math.max(mostBefore, stretches.length === 0 ? 0 : lnSplitFactor(stretches)));
  return { p: anytimeSplitP([mostFactor]), mostFactor };
}

/** People in an arm without a weight have a factor without bounds, which a row cannot keep. */
const mostFinite = 1e300;

/** Planned people are those of the arms that are compared. */
export function rulesOf(experiment: Experiment): TestRules {
  const compared = [experiment.control, ...challengersOf(experiment).map(({ id }) => id)];
  const share = experiment.arms.reduce((sum, { id, weight }) => sum + (compared.includes(id) ? weight : 0), 0);
  return { ...usualRules, lookDays: experiment.plan.lookDays, plannedPeople: Math.max(1, Math.round(experiment.plan.people * share)) };
}

function readingOf({ day, control, challengers, guardrails }: LookInputs, splitP: number): Reading {
  return {
    day,
    splitP,
    isComplete: true,
    control: armReading(control, true),
    challengers: challengers.map((arm) => armReading(arm, isSafe(control, arm, guardrails))),
  };
}

function armReading(arm: ArmInputs, isWithin: boolean): ArmReading {
  return { sums: sumsOfArm(arm), conversions: arm.ordered, cost: arm.cost * 1_000, isSafe: isWithin };
}

const harms = { unsubscribe: 'unsubscribed', complaint: 'complained', stop: 'stopped', refund: 'refunded' } as const;

/** Every guardrail holds: the harm is shown to stay within its limit. */
export function isSafe(control: ArmSums, challenger: ArmSums, guardrails: readonly Guardrail[]): boolean {
  return guardrails.every(({ kind, margin }) => {
    const hits = harms[kind];
    const pair = { control: { hits: control[hits], of: control.people }, treatment: { hits: challenger[hits], of: challenger.people } };
    return isNonInferior(pair, margin);
  });
}

/** A stretch a version. Who is in an arm that the version had not, or gave no weight, has no share there. */
function stretchesOf({ arms }: Experiment, entered: readonly Entered[], weights: WeightsByVersion): readonly Stretch[] {
  const versions = [...new Set(entered.map(({ version }) => version))].sort((a, b) => a - b);
  return versions.map((version) => ({
    observed: arms.map(({ id }) => entered.find((one) => one.version === version && one.arm === id)?.people ?? 0),
    weights: arms.map(({ id }) => weights.get(version)?.get(id) ?? 0),
  }));
}
