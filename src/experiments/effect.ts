import { bayesianEffect } from '../statistics/bayes.js';
import { readSequence } from '../statistics/confidence-sequence.js';
import type { TestRules } from '../statistics/decision.js';
import { welch } from '../statistics/welch.js';
import type { ArmInputs, LookInputs } from './look.js';
import { sumsOfArm } from './sums.js';

/** What an arm brings beside the control, per 1,000 people: in the shop's currency, or in people who ordered. */
export interface ArmEffect {
  readonly arm: string;
  readonly role: 'challenger' | 'holdout';
  readonly value: number;
  readonly standardError: number;
  /** Of 95 %, and may be read on any day. */
  readonly interval: readonly [low: number, high: number];
  /** The chance that the arm is the better one. It is shown, and decides nothing. */
  readonly chance: number;
  /** Without the cap on large values. */
  readonly raw: number;
}

/** All arms against the control; an arm with too few people, or where all did the same, is left out. */
export function effectsOf(inputs: Pick<LookInputs, 'control' | 'challengers' | 'holdouts' | 'rules'>): readonly ArmEffect[] {
  const { control, challengers, holdouts, rules } = inputs;
  return [
    ...challengers.flatMap((arm) => effectOf(control, arm, 'challenger', rules, challengers.length)),
    ...holdouts.flatMap((arm) => effectOf(control, arm, 'holdout', rules, challengers.length)),
  ];
}

function effectOf(
  control: ArmInputs,
  arm: ArmInputs,
  role: ArmEffect['role'],
  rules: TestRules,
  challengers: number,
): readonly ArmEffect[] {
  const compared = welch({ control: sumsOfArm(control), treatment: sumsOfArm(arm) });
  if (compared === null) return [];
  const estimate = { value: compared.difference, standardError: compared.standardError };
  const plannedPeople = (rules.plannedPeople * 2) / (challengers + 1);
  const { interval } = readSequence(estimate, control.people + arm.people, { alpha: shownAlpha, plannedPeople });
  return [
    {
      arm: arm.arm,
      role,
      // Thousandths a person are units per 1,000 people.
      value: estimate.value,
      standardError: estimate.standardError,
      interval,
      chance: bayesianEffect(estimate, null).chance,
      raw: arm.raw / arm.people - control.raw / control.people,
    },
  ];
}

/** Intervals that are shown hold at all times together with a chance of 95 %. */
export const shownAlpha = 0.05;
