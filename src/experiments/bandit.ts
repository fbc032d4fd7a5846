import { bayesianEffect } from '../statistics/bayes.js';
import { criticalZ } from '../statistics/special.js';
import { nextMeanWeights, nextWeights, stratifiedMean, usualBandit } from '../statistics/thompson.js';
import { type ArmEffect, shownAlpha } from './effect.js';
import type { BanditInputs, LookInputs } from './look.js';
import { sumsOfArm } from './sums.js';

/** The shares of the next day's people, by arm; together exactly 1 in steps of 0.0001. All alike while too little is known. */
export function nextShares({ control, challengers, day, unit }: LookInputs, { floor }: BanditInputs): ReadonlyMap<string, number> {
  const arms = [control, ...challengers];
  const policy = { ...usualBandit, floor };
  const weights =
    unit === 'money'
      ? nextMeanWeights(
          arms.map((arm) => ({ sums: sumsOfArm(arm), conversions: arm.ordered })),
          day,
          policy,
        )
      : nextWeights(
          arms.map(({ people, sum }) => ({ hits: sum / 1_000, of: people })),
          day,
          policy,
        );
  const steps = weights.map((weight) => Math.floor(weight * 10_000));
  const most = weights.indexOf(Math.max(...weights));
  const rest = 10_000 - steps.reduce((sum, step) => sum + step, 0);
  return new Map(arms.map(({ arm }, at) => [arm, ((steps[at] ?? 0) + (at === most ? rest : 0)) / 10_000]));
}

/**
 * What arms bring beside the control, per 1,000 people, day by day with its weights and then over the days: pooled, a good day would pass
 * for a good arm. Intervals of 95 % as of one reading; they decide nothing.
 */
export function banditEffects({ control, challengers }: LookInputs, { batches }: BanditInputs): readonly ArmEffect[] {
  return challengers.flatMap(({ arm }): readonly ArmEffect[] => {
    const both = batches.flatMap(({ arms, people }) => {
      const [one, other] = [control.arm, arm].map((id) => arms.find((of) => of.arm === id));
      return one === undefined || other === undefined || one.people < 2 || other.people < 2
        ? []
        : [{ people, base: sumsOfArm(one), other: sumsOfArm(other) }];
    });
    const base = stratifiedMean(both.map((one) => ({ arm: one.base, people: one.people })));
    const other = stratifiedMean(both.map((one) => ({ arm: one.other, people: one.people })));
    if (base === null || other === null) return [];
    const value = other.mean - base.mean;
    const standardError = Math.hypot(base.standardError, other.standardError);
    if (!(standardError > 0)) return [];
    const half = criticalZ(shownAlpha) * standardError;
    const { chance } = bayesianEffect({ value, standardError }, null);
    return [{ arm, role: 'challenger', value, standardError, interval: [value - half, value + half], chance, raw: value }];
  });
}
