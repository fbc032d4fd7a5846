import { expect, test } from 'vitest';
import {
  betaCdf,
  betaQuantile,
  chiSquareAbove,
  criticalT,
  criticalZ,
  lnBeta,
  lnGamma,
  normalCdf,
  normalQuantile,
  normalTwoSided,
  studentCdf,
  studentTwoSided,
} from '../../src/statistics/special.js';
import { expectClose } from './close.js';

/** Published values, and scipy 1.17.1 for the rest. */
const values: readonly (readonly [string, number, number])[] = [
  ['Φ⁻¹(0.975)', normalQuantile(0.975), 1.959963984540054],
  ['critical z at 0.05', criticalZ(0.05), 1.959963984540054],
  ['Φ(−8)', normalCdf(-8), 6.220960574271786e-16],
  ['Φ(−3)', normalCdf(-3), 0.0013498980316300946],
  ['two-sided z', normalTwoSided(1.4078304151258787), 0.15918129181156992],
  ['ln Γ(10⁶)', lnGamma(1e6), 12815504.569147611],
  ['ln Γ(½)', lnGamma(0.5), 0.5723649429247001],
  ['ln B(2, 3)', lnBeta(2, 3), Math.log(1 / 12)],
  ['I₀.₅(2, 3)', betaCdf(0.5, 2, 3), 0.6875],
  ['I of large numbers', betaCdf(0.05, 50_001, 950_001), 0.4989017192549701],
  ['I far in the tail', betaCdf(0.49, 1e5, 1e5), 1.8571347290406343e-19],
  ['beta quantile', betaQuantile(0.025, 50, 52), 0.394039960523],
  ['t of very many', criticalT(0.05, 1e6), 1.959966356814107],
];

test.each(values)('%s', (name, actual, expected) => expectClose(actual, expected, 1e-9, name));

test.each([
  ['t CDF', studentCdf(1.5, 3), 0.8847081],
  ['t CDF below 0', studentCdf(-1.5, 3), 1 - 0.8847081],
  ['t two-sided', studentTwoSided(1.5, 3), 2 * (1 - 0.8847081)],
  ['t₀.₉₇₅(20.777065)', criticalT(0.05, 20.777065), 2.0809734],
  ['Q(½, 11.39)', chiSquareAbove(22.774368842, 1), 1.82179287e-6],
])('%s, as far as it is published', (name, actual, expected) => expectClose(actual, expected, 1e-6, name));

test('outside of what they are defined for, they answer the limit', () => {
  expect([betaCdf(-1, 2, 3), betaCdf(2, 2, 3), betaQuantile(0, 2, 3), betaQuantile(1, 2, 3)]).toEqual([0, 1, 0, 1]);
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});
