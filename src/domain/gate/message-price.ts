import type { Channel } from '../messages/channel.js';
import { countedStates, type LedgerSlot } from '../messages/message.js';
import { day, type Instant } from '../time/instant.js';

/** What one more message on a channel risks: `price` of `policies/engagement.yaml`, in the shop's currency. */
export interface ChannelPrice {
  /** What a person who may be written to on the channel brings within a year. */
  readonly channelValue: number;
  readonly complaintCost: number;
  /** How likely a message makes a person leave or complain, by the messages of the last seven days; ascending, the last without a bound. */
  readonly hazards: readonly {
    readonly sendsUpTo: number | null;
    readonly unsubscribe: number;
    readonly complaint: number;
  }[];
}

/**
 * What a message costs in people who leave: h_unsub(k) · V + h_complaint(k) · C.
 *
 * @example 0.002 of 12 and 0.0003 of 20 → 0.03
 */
export function messagePrice({ channelValue, complaintCost, hazards }: ChannelPrice, sends: number): number {
  const hazard = hazards.find(({ sendsUpTo }) => sendsUpTo === null || sends <= sendsUpTo);
  return hazard === undefined ? 0 : hazard.unsubscribe * channelValue + hazard.complaint * complaintCost;
}

/** Messages on the channel in the seven days before `at` that count, promised ones too; without the one that is asked about. */
export function sendsOfWeek(
  ledger: readonly LedgerSlot[],
  of: { readonly channel: Channel; readonly messageId: string; readonly at: Instant },
): number {
  return ledger.filter(
    (slot) =>
      slot.channel === of.channel &&
      slot.messageId !== of.messageId &&
      slot.countsTowardCap &&
      countedStates.has(slot.state) &&
      slot.slotAt > of.at - 7 * day &&
      slot.slotAt <= of.at,
  ).length;
}
