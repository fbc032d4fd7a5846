import { unitHash } from './hash.js';
import { armAt, rangesOf } from './ranges.js';

/** What says who gets which arm. Shares are parts of 1. */
export interface Drawing {
  /** Another seed draws everybody afresh; nothing else does. */
  readonly seed: string;
  readonly arms: readonly { readonly id: string; readonly weight: number }[];
  /** The share of people who take part. */
  readonly coverage: number;
  /** Experiments of one namespace have parts of it that do not overlap, so nobody is in two of them. Null: in none. */
  readonly namespace: Namespace | null;
}

export interface Namespace {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export type Drawn = { readonly kind: 'arm'; readonly arm: string } | { readonly kind: 'outside'; readonly why: 'namespace' | 'coverage' };

/**
 * The arm of a unit (a person's or an entry's id), by the hash alone: namespace, then coverage and arm, each by a seed of its own. Throws
 * for weights that do not sum to 1, which lint refuses.
 *
 * @example drawArm({ seed: 'welcome', arms: [{ id: 'a', weight: 0.5 }, { id: 'b', weight: 0.5 }], coverage: 1, namespace: null }, 'prof_1')
 */
export function drawArm({ seed, arms, coverage, namespace }: Drawing, unit: string): Drawn {
  if (namespace !== null && !isIn(namespace, unit)) return { kind: 'outside', why: 'namespace' };
  const drawn = rangesOf(
    arms.map(({ weight }) => weight),
    coverage,
  );
  if (drawn.kind === 'refused') throw new Error(`The weights of the experiment ${seed} sum to ${drawn.sum}, not to 1.`);
  const place = armAt(unitHash(`exp:${seed}`, unit), drawn.ranges);
  const arm = place === null ? undefined : arms[place];
  return arm === undefined ? { kind: 'outside', why: 'coverage' } : { kind: 'arm', arm: arm.id };
}

function isIn({ name, from, to }: Namespace, unit: string): boolean {
  const place = unitHash(`__ns:${name}`, unit);
  return place >= from && place < to;
}

/** Whether a unit is in a share that is kept back, such as a holdout of 5 %. `of` names the share: each has its own people. */
export function isKeptBack(of: string, share: number, unit: string): boolean {
  return unitHash(`holdout:${of}`, unit) < share;
}
