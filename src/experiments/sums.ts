import type { Sums } from '../statistics/sums.js';

/** What is kept of an arm, of people whose window is complete. Values of the metric in thousandths: of money, or of people who ordered. */
export interface ArmSums {
  readonly arm: string;
  readonly people: number;
  /** Each value at most the cap. */
  readonly sum: number;
  readonly sumSquares: number;
  /** Without the cap. */
  readonly raw: number;
  /** People who ordered, and those who did what guardrails look at. */
  readonly ordered: number;
  readonly unsubscribed: number;
  readonly complained: number;
  readonly stopped: number;
  readonly refunded: number;
}

/** As `src/statistics` reads them. */
export function sumsOfArm({ people, sum, sumSquares }: Pick<ArmSums, 'people' | 'sum' | 'sumSquares'>): Sums {
  return { n: people, sum, sumSquares };
}

/** People who came to an arm while a version was in force, whether their window is complete or not. */
export interface Entered {
  readonly version: number;
  readonly arm: string;
  readonly people: number;
}

/** All that a look reads of an experiment, as of one instant. */
export interface ExperimentSums {
  readonly arms: readonly ArmSums[];
  readonly entered: readonly Entered[];
  /** The value above which all values count as it, the same for all arms; null: nothing is capped. */
  readonly cap: number | null;
  /** People who had two arms, by a merge. They are left out. */
  readonly conflicted: number;
  /** The same by the segment that people were in when they came. Absent: the experiment names none. */
  readonly segments?: readonly SegmentSums[];
  /** The same by version. Absent: the experiment is no bandit. */
  readonly versions?: readonly VersionSums[];
}

/** Of the people who were drawn by the weights of one version. */
export interface VersionSums {
  readonly version: number;
  readonly arms: readonly ArmSums[];
}

export interface SegmentSums {
  readonly segment: string;
  readonly arms: readonly ArmSums[];
}

export function noSums(arm: string): ArmSums {
  return { arm, people: 0, sum: 0, sumSquares: 0, raw: 0, ordered: 0, unsubscribed: 0, complained: 0, stopped: 0, refunded: 0 };
}
