import type { Tier } from '../engagement/engagement-tier.js';
import type { Channel } from '../messages/channel.js';
import type { CalendarUnit } from '../time/calendar-window.js';
import type { Instant } from '../time/instant.js';

/**
 * At most `limit` messages in any window, as it holds for one person and one message: tier, interest and the like are in the number already
 * (`capsFor`). Null: all channels, all topics. A minimum gap is a limit of 1.
 */
export interface CapRule {
  /** Told in sentences: `email-7d`. */
  readonly id: string;
  readonly channels: readonly Channel[] | null;
  readonly topics: readonly string[] | null;
  /** Topics that the rule neither counts nor holds back. Absent: none. */
  readonly exceptTopics?: readonly string[];
  readonly limit: number;
  readonly window: CapWindow;
  /** Places that a reservation leaves for more important messages; a promised slot that has come need not. Absent: none. */
  readonly keepFree?: number;
  /** From this instant on the rule holds no more: a pause that the person chose. Absent: it has no end. */
  readonly endsAt?: Instant;
  /** Only messages of this priority or higher count. Absent: all. */
  readonly fromPriority?: number;
  /** `marketing`: all that is marketing or broadcast counts, even where a step says that it does not. Absent: what counts. */
  readonly counts?: 'marketing';
  /** Where the number comes from, for sentences. Absent: it is the same for everybody. */
  readonly why?: CapWhy;
}

/** Rolling: half-open, (p − ms, p]. Calendar: the local day, week from Monday or month that holds p, in the person's zone. */
export type CapWindow =
  | { readonly type: 'rolling'; readonly ms: number }
  | { readonly type: 'calendar'; readonly unit: CalendarUnit; readonly timeZone: string };

/** What made a limit of the policy's number. Each is absent where it changed nothing. */
export interface CapWhy {
  readonly tier?: Tier;
  /** Interest in the message's topic. */
  readonly topicMultiplier?: number;
  readonly fatigueMultiplier?: number;
  /** The person set it. */
  readonly choice?: true;
}
