import { bayesianEffect, type Estimate } from './bayes.js';
import { readSequence } from './confidence-sequence.js';
import { type Boundary, boundaries } from './group-sequential.js';
import { brokenSplit } from './sample-ratio.js';
import { meanOf, type Sums } from './sums.js';
import { welch } from './welch.js';

/**
 * When an experiment is decided, and how: a state and a day's reading give the next state. Nothing else decides.
 *
 * collecting → look k → winner | loser | harm-stop | inconclusive-cheapest | invalid. A decided test stays decided; what arrives later
 * restates numbers, not the decision. Planned looks spend 0.04 and the sequence of any day 0.01, shared by the challengers (α / k), so a
 * test without effect names somebody in at most 5 of 100 cases.
 * The methods have their sources.
 */
export interface TestRules {
  /** α of the planned looks, and of the reading on any day. */
  readonly plannedAlpha: number;
  readonly anyDayAlpha: number;
  /** Full days from the start to each planned look, rising; the last one ends the test. */
  readonly lookDays: readonly number[];
  /** People that all arms together shall have at the end; fixed before the start. */
  readonly plannedPeople: number;
  /** Nothing is read before so many full days, and so many conversions in each arm. */
  readonly leastDays: number;
  readonly leastConversions: number;
  /** At the end an arm may be kept whose expected loss is below this share of the control's mean. */
  readonly mostLoss: number;
}

export const usualRules: Omit<TestRules, 'plannedPeople'> = {
  plannedAlpha: 0.04,
  anyDayAlpha: 0.01,
  lookDays: [7, 14, 21, 28],
  leastDays: 7,
  leastConversions: 25,
  mostLoss: 0.005,
};

/** What is known of an arm: people whose window is complete. */
export interface ArmReading {
  /** The main metric, per assigned person. */
  readonly sums: Sums;
  readonly conversions: number;
  /** What the incentive costs a person, in the unit of the metric. */
  readonly cost: number;
  /** Unsubscribes, complaints and refunds are within their limits. Of the control it says nothing. */
  readonly isSafe: boolean;
}

export interface Reading {
  /** Full days since the start. */
  readonly day: number;
  /** p of the sample ratio, valid at any time; 0 where people are in an arm without a weight. */
  readonly splitP: number;
  /** Windows are closed, and how late data come is known. */
  readonly isComplete: boolean;
  readonly control: ArmReading;
  readonly challengers: readonly ArmReading[];
}

/** A planned look that was taken. */
export interface TakenLook extends Boundary {
  /** 1 for the first planned one. A look that nobody could take is left out. */
  readonly look: number;
  readonly day: number;
}

interface Progress {
  readonly looks: readonly TakenLook[];
  /** Challengers that are behind, by their place; they cannot win any more. */
  readonly dropped: readonly number[];
}

export type TestState = Progress &
  (
    | { readonly kind: 'collecting' }
    | { readonly kind: 'look'; readonly look: number }
    | { readonly kind: 'winner'; readonly challenger: number; readonly day: number; readonly by: Evidence }
    | { readonly kind: 'loser'; readonly day: number }
    | { readonly kind: 'harm-stop'; readonly day: number }
    /** `challenger` is null where the control is kept. */
    | { readonly kind: 'inconclusive-cheapest'; readonly challenger: number | null; readonly day: number }
    | { readonly kind: 'invalid'; readonly day: number }
    /** A bandit: it earns, and names nobody. `isOpen`: what arms bring may be shown. */
    | { readonly kind: 'earning'; readonly day: number; readonly isOpen: boolean }
  );

/** What crossed: the boundary of a planned look, or the sequence that may be read on any day. */
export type Evidence = 'planned-look' | 'any-day';

export const beginning: TestState = { kind: 'collecting', looks: [], dropped: [] };

/** Whether a test has ended. */
export function isDecided({ kind }: TestState): boolean {
  return kind !== 'collecting' && kind !== 'look' && kind !== 'earning';
}

/**
 * The state of a bandit, whose weights follow what it sees: no test of its people holds, so it only earns, until the split is broken. What
 * it shows is shown from the first planned look on.
 */
export function earn({ lookDays }: TestRules, state: TestState, { day, splitP }: Pick<Reading, 'day' | 'splitP'>): TestState {
  if (isDecided(state)) return state;
  if (splitP < brokenSplit) return { kind: 'invalid', looks: [], dropped: [], day };
  return { kind: 'earning', looks: [], dropped: [], day, isOpen: day >= (lookDays[0] ?? 0) };
}

/** The state after a day's reading. `looksAt` is for simulations, which ask for the same boundaries many times. */
export function decide(rules: TestRules, state: TestState, reading: Reading, looksAt: typeof boundaries = boundaries): TestState {
  if (isDecided(state)) return state;
  const { looks, dropped } = state;
  const { day } = reading;
  if (reading.splitP < brokenSplit) return { kind: 'invalid', looks, dropped, day };
  if (!mayRead(rules, reading)) return isOver(rules, reading) ? endWithout(rules, state, reading) : state;
  const look = dueLook(rules, state, reading, looksAt);
  return judge(rules, { looks: look === null ? looks : [...looks, look], dropped }, reading, look);
}

function mayRead(rules: TestRules, { day, isComplete, control, challengers }: Reading): boolean {
  return isComplete && day >= rules.leastDays && [control, ...challengers].every((arm) => arm.conversions >= rules.leastConversions);
}

function isOver({ lookDays }: TestRules, { day, isComplete }: Reading): boolean {
  return isComplete && day >= (lookDays.at(-1) ?? 0);
}

/** The planned look of this day, or the last one that was due and could not be taken; null where none is. */
function dueLook(rules: TestRules, { looks }: Progress, reading: Reading, looksAt: typeof boundaries): TakenLook | null {
  const look = rules.lookDays.filter((planned) => planned <= reading.day).length;
  if (look === 0 || look <= (looks.at(-1)?.look ?? 0)) return null;
  const information = [...looks.map((taken) => taken.information), informationOf(rules, reading)];
  const boundary = looksAt(information, rules.plannedAlpha / reading.challengers.length, { isLast: look === rules.lookDays.length }).at(-1);
  return boundary === undefined ? null : { ...boundary, look, day: reading.day };
}

function informationOf({ plannedPeople }: TestRules, { control, challengers }: Reading): number {
  return [control, ...challengers].reduce((people, { sums }) => people + sums.n, 0) / plannedPeople;
}

function judge(rules: TestRules, progress: Progress, reading: Reading, look: TakenLook | null): TestState {
  const { day, challengers } = reading;
  const open = challengers.map((_, at) => at).filter((at) => !progress.dropped.includes(at));
  const signs = open.map((at) => ({ at, ...signOf(rules, reading, at, look) }));
  const ahead = signs
    .filter(({ at, way }) => way > 0 && challengers[at]?.isSafe === true)
    .toSorted((one, other) => other.value - one.value);
  const dropped = [...progress.dropped, ...signs.flatMap(({ at, way }) => (way < 0 ? [at] : []))];
  const next: Progress = { looks: progress.looks, dropped };
  const [best] = ahead;
  if (best !== undefined) return { kind: 'winner', ...next, challenger: best.at, day, by: best.by };
  if (dropped.length === challengers.length)
    return { kind: signs.some(({ by }) => by === 'any-day') ? 'harm-stop' : 'loser', ...next, day };
  if (look !== null && look.look === rules.lookDays.length) return endWithout(rules, next, reading);
  const last = next.looks.at(-1);
  return last === undefined ? { kind: 'collecting', ...next } : { kind: 'look', ...next, look: last.look };
}

/** Which way a challenger is clearly different from the control (1, −1, or 0 for not clearly), and what says so. */
interface Sign {
  readonly way: number;
  readonly by: Evidence;
  /** The effect, in the unit of the metric. */
  readonly value: number;
}

function signOf(rules: TestRules, reading: Reading, at: number, look: TakenLook | null): Sign {
  const effect = effectOf(reading, at);
  if (effect === null) return { way: 0, by: 'planned-look', value: 0 };
  const { value, standardError } = effect;
  if (look !== null && Math.abs(value / standardError) >= look.z) return { way: Math.sign(value), by: 'planned-look', value };
  const arms = reading.challengers.length + 1;
  const people = reading.control.sums.n + (reading.challengers[at]?.sums.n ?? 0);
  const plan = { alpha: rules.anyDayAlpha / (arms - 1), plannedPeople: (rules.plannedPeople * 2) / arms };
  const isClear = readSequence(effect, people, plan).p < plan.alpha;
  return { way: isClear ? Math.sign(value) : 0, by: 'any-day', value };
}

function effectOf({ control, challengers }: Reading, at: number): Estimate | null {
  const treatment = challengers[at];
  const compared = treatment === undefined ? null : welch({ control: control.sums, treatment: treatment.sums });
  return compared === null ? null : { value: compared.difference, standardError: compared.standardError };
}

/** The end without a winner: of the arms that risk next to nothing, the one whose incentive costs least; the control where none does. */
function endWithout(rules: TestRules, { looks, dropped }: Progress, reading: Reading): TestState {
  const limit = rules.mostLoss * Math.abs(meanOf(reading.control.sums));
  const candidates = [
    { challenger: null, cost: reading.control.cost, loss: lossOfControl(reading) },
    ...reading.challengers.flatMap((arm, at) =>
      dropped.includes(at) || !arm.isSafe ? [] : [{ challenger: at, cost: arm.cost, loss: lossOf(reading, at) }],
    ),
  ];
  const [cheapest] = candidates.filter(({ loss }) => loss < limit).toSorted((one, other) => one.cost - other.cost);
  return { kind: 'inconclusive-cheapest', looks, dropped, challenger: cheapest?.challenger ?? null, day: reading.day };
}

function lossOf(reading: Reading, at: number): number {
  const effect = effectOf(reading, at);
  return effect === null ? Number.POSITIVE_INFINITY : bayesianEffect(effect, null).lossOfTreatment;
}

function lossOfControl(reading: Reading): number {
  const losses = reading.challengers.map((_, at) => {
    const effect = effectOf(reading, at);
    return effect === null ? 0 : bayesianEffect(effect, null).lossOfControl;
  });
  return Math.max(0, ...losses);
}
