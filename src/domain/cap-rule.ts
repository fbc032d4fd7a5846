import type { Channel } from './channel.js';

/** At most `limit` messages in any rolling half-open window (p − windowMs, p]. Null: all channels, all topics. A minimum gap is a limit of 1. */
export interface CapRule {
  readonly id: string;
  readonly channels: readonly Channel[] | null;
  readonly topics: readonly string[] | null;
  readonly limit: number;
  readonly windowMs: number;
}
