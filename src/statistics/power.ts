import { crossing } from './numeric.js';
import { criticalZ, normalCdf, normalQuantile } from './special.js';

/**
 * How many people a test needs, and what a test can find. People are per arm; α two-sided.
 *
 * Source: Fleiss, Levin & Paik (2003), §4.1, without the correction for continuity. For k arms against one control give α / k.
 */
export interface PowerGoal {
  /** 0.05 by default. */
  readonly alpha?: number;
  /** Chance to find the effect if it is there; 0.8 by default. */
  readonly power?: number;
}

/** People per arm to find the share `to` where it was `from`. Infinity where both are the same. */
export function peopleForShares(from: number, to: number, { alpha = 0.05, power = 0.8 }: PowerGoal = {}): number {
  const { same, apart } = deviations(from, to);
  return Math.ceil(((criticalZ(alpha) * same + normalQuantile(power) * apart) / (to - from)) ** 2);
}

/** The chance to find the share `to` where it was `from`, in either tail. */
export function powerForShares(from: number, to: number, peoplePerArm: number, alpha = 0.05): number {
  const { same, apart } = deviations(from, to);
  const distance = Math.abs(to - from) * Math.sqrt(peoplePerArm);
  const bound = criticalZ(alpha) * same;
  return normalCdf((distance - bound) / apart) + normalCdf((-distance - bound) / apart);
}

/** The smallest rise of a share that so many people find, in shares. */
export function detectableShare(from: number, peoplePerArm: number, { alpha = 0.05, power = 0.8 }: PowerGoal = {}): number {
  return crossing((rise) => powerForShares(from, from + rise, peoplePerArm, alpha) - power, 0, 1 - from);
}

/** People per arm to find a difference of means, of values with this deviation (all in one unit). */
export function peopleForMeans(difference: number, deviation: number, { alpha = 0.05, power = 0.8 }: PowerGoal = {}): number {
  return Math.ceil(2 * (((criticalZ(alpha) + normalQuantile(power)) * deviation) / difference) ** 2);
}

/** The smallest difference of means that so many people find, in the unit of the deviation. */
export function detectableMean(deviation: number, peoplePerArm: number, { alpha = 0.05, power = 0.8 }: PowerGoal = {}): number {
  return (criticalZ(alpha) + normalQuantile(power)) * deviation * Math.sqrt(2 / peoplePerArm);
}

function deviations(from: number, to: number): { readonly same: number; readonly apart: number } {
  const middle = (from + to) / 2;
  return { same: Math.sqrt(2 * middle * (1 - middle)), apart: Math.sqrt(from * (1 - from) + to * (1 - to)) };
}
