import type { Namespace } from '../domain/experiments/assign.js';
import type { Condition } from './conditions/condition.js';

/** An experiment as the service works with it: an arm is a way through a journey that some of the people get. */
export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  /** What people are drawn by. Another seed begins another run of the experiment: people and numbers start afresh. */
  readonly seed: string;
  /** Whose arm it is, and stays: that of a person, or of each entry. */
  readonly unit: 'person' | 'entry';
  readonly arms: readonly ExperimentArm[];
  /** The id of the arm that the others are compared with. */
  readonly control: string;
  /** The share of people who take part, 0 to 1. */
  readonly coverage: number;
  /** What varies at once, where each arm is a combination of levels. Absent: the arms are one by one. */
  readonly factors?: readonly ExperimentFactor[];
  readonly namespace: Namespace | null;
  /** Who may take part; null: everybody who comes to the step. */
  readonly audience: Condition | null;
  readonly metric: ExperimentMetric;
  /** Segments that may have a winner of their own; somebody in several counts for the first. Absent: none is asked for. */
  readonly segments?: readonly string[];
  /** Weights follow what arms bring, once a day; `floor`: the least share of an arm. Absent: it is a test, with the weights of the file. */
  readonly bandit?: { readonly floor: number };
  readonly guardrails: readonly Guardrail[];
  readonly plan: ExperimentPlan;
  /** Who carries a decision out. */
  readonly decision: 'by-hand' | 'automatic';
  /** The share of people who stay with the control for four weeks after a decision, 0 to 1. */
  readonly keptBack: number;
}

export interface ExperimentArm {
  readonly id: string;
  readonly name: string;
  /** Its share of the people, 0 to 1. */
  readonly weight: number;
  /** What its incentive costs a person, in the shop's currency. */
  readonly cost: number;
  /** It walks the way of this arm, and no marketing message leaves; null: it has a way of its own. */
  readonly holdoutOf: string | null;
}

/** One of the things that vary in a full factorial. */
export interface ExperimentFactor {
  readonly id: string;
  /** The usual one first, each with its arms. */
  readonly levels: readonly { readonly id: string; readonly name: string; readonly arms: readonly string[] }[];
}

export const metricKinds = ['margin', 'revenue', 'orders', 'repeat-orders'] as const;
export type MetricKind = (typeof metricKinds)[number];

/** Unit of the values: money, or people. */
export function unitOf(metric: MetricKind): 'money' | 'people' {
  return metric === 'margin' || metric === 'revenue' ? 'money' : 'people';
}

export interface ExperimentMetric {
  readonly kind: MetricKind;
  /** What counts happens so long after the person came to the step, in milliseconds. */
  readonly windowMs: number;
  /** The share of revenue before discounts that is left after goods and handling, 0 to 1; 1 where the metric is no margin. */
  readonly marginRate: number;
}

export const guardrailKinds = ['unsubscribe', 'complaint', 'stop', 'refund'] as const;
export type GuardrailKind = (typeof guardrailKinds)[number];

/** A harm that may be so much more frequent than in the control: `margin` in shares of people. */
export interface Guardrail {
  readonly kind: GuardrailKind;
  readonly margin: number;
}

export interface ExperimentPlan {
  /** Of all arms together, at the end. */
  readonly people: number;
  /** Full days from the first person to each planned look, rising. */
  readonly lookDays: readonly number[];
}

/** An experiment in force. */
export interface LiveExperiment {
  readonly version: number;
  readonly definition: Experiment;
}

/** The arms that need a way in a journey, by experiment: all but holdouts. */
export function experimentWays(live: readonly LiveExperiment[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    live.map(({ definition: { id, arms } }) => [id, arms.flatMap((arm) => (arm.holdoutOf === null ? [arm.id] : []))]),
  );
}

/** The arms that a winner is looked for among, against the control: a holdout beside it only measures. */
export function challengersOf({ arms, control }: Experiment): readonly ExperimentArm[] {
  return arms.filter(({ id, holdoutOf }) => id !== control && holdoutOf === null);
}

/** Who is in none of the segments that an experiment names. */
export const otherPeople = 'others';

/** The segment for which somebody counts: the first of these that they are in. Null: whether they are is not known. */
export function segmentOf(segments: readonly string[], places: Readonly<Record<string, boolean>>): string | null {
  const first = segments.find((id) => places[id] !== false);
  if (first === undefined) return otherPeople;
  return places[first] === true ? first : null;
}

/** Its arm of this name; undefined: it has none such (a version before had). */
export function armOf({ arms }: Pick<Experiment, 'arms'>, id: string): ExperimentArm | undefined {
  return arms.find((arm) => arm.id === id);
}
