import type { ExperimentFactor } from '../journey/experiment.js';
import { readSequence } from '../statistics/confidence-sequence.js';
import { meanOf, varianceOf } from '../statistics/sums.js';
import { shownAlpha } from './effect.js';
import type { ArmInputs, LookInputs } from './look.js';
import { sumsOfArm } from './sums.js';

/**
 * What a level of a factor brings beside the usual one, per 1,000 people, on average over all levels of the other factors. It is shown, and
 * decides nothing: the rule compares arms.
 */
export interface FactorEffect {
  readonly factor: string;
  readonly level: string;
  readonly against: string;
  readonly value: number;
  readonly standardError: number;
  /** Of 95 %, and may be read on any day. */
  readonly interval: readonly [low: number, high: number];
}

/** Each level but the first of each factor; one whose arms have too few people is left out. */
export function factorEffects(
  factors: readonly ExperimentFactor[],
  inputs: Pick<LookInputs, 'control' | 'challengers' | 'rules'>,
): readonly FactorEffect[] {
  return factors.flatMap(({ id, levels: [usual, ...others] }) =>
    usual === undefined ? [] : others.flatMap((level) => effectOf(inputs, { factor: id, usual, level })),
  );
}

type Level = ExperimentFactor['levels'][number];

function effectOf(
  inputs: Pick<LookInputs, 'control' | 'challengers' | 'rules'>,
  { factor, usual, level }: { readonly factor: string; readonly usual: Level; readonly level: Level },
): readonly FactorEffect[] {
  const all = [inputs.control, ...inputs.challengers];
  const [base, with_] = [usual, level].map(({ arms }) => meanOver(all.filter(({ arm }) => arms.includes(arm))));
  if (base == null || with_ == null) return [];
  const standardError = Math.sqrt(base.variance + with_.variance);
  if (!(standardError > 0)) return [];
  const estimate = { value: with_.mean - base.mean, standardError };
  const plannedPeople = (inputs.rules.plannedPeople * (usual.arms.length + level.arms.length)) / all.length;
  const { interval } = readSequence(estimate, base.people + with_.people, { alpha: shownAlpha, plannedPeople });
  return [{ factor, level: level.id, against: usual.id, ...estimate, interval }];
}

/** Each arm counts alike, however many people it has. Thousandths a person are units per 1,000 people. */
function meanOver(arms: readonly ArmInputs[]): { readonly mean: number; readonly variance: number; readonly people: number } | null {
  if (arms.length === 0 || arms.some(({ people }) => people < 2)) return null;
  const sums = arms.map(sumsOfArm);
  return {
    mean: sums.reduce((all, one) => all + meanOf(one), 0) / arms.length,
    variance: sums.reduce((all, one) => all + varianceOf(one) / one.n, 0) / arms.length ** 2,
    people: sums.reduce((all, { n }) => all + n, 0),
  };
}
