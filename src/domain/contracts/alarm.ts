import type { Instant } from '../time/instant.js';
import type { Reader } from './contract.js';
import type { EventCounts } from './event-counts.js';

export const alarmCodes = [
  'all-silent',
  'never-seen',
  'stopped',
  'property-stopped',
  'type-changed',
  'currency-changed',
  'few-entries',
  'branch-unused',
] as const;
export type AlarmCode = (typeof alarmCodes)[number];

/** Something that journeys read and that no longer comes as it did. */
export interface ContractAlarm {
  readonly code: AlarmCode;
  /** Tells it from others, and stays the same while it lasts. */
  readonly key: string;
  /** Who reads it: `journey:welcome`. */
  readonly readers: readonly string[];
  /** What is so, and its likely cause. */
  readonly sentence: string;
}

/** How many entries came to a step, and how many went on from it. */
export interface Visits {
  readonly came: number;
  readonly left: number;
}

export interface Looked {
  readonly counts: EventCounts;
  readonly readers: readonly Reader[];
  /** How often people came to steps lately: by journey, then step. */
  readonly visits: ReadonlyMap<string, ReadonlyMap<string, Visits>>;
  readonly now: Instant;
}
