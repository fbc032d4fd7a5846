import type { LedgerSlot } from '../messages/message.js';
import type { ClassPolicy } from '../policy/class-policy.js';
import type { Instant } from '../time/instant.js';

/** A message as it is stored, with what the caps want to know of it. */
export interface LedgerRow extends Omit<LedgerSlot, 'messageId' | 'countsTowardCap'> {
  readonly id: string;
  readonly entryId: string | null;
  /** Why it stands so; null: nothing is to be said. */
  readonly reason: string | null;
  /** What its step says of caps; null: as its class does. */
  readonly countsTowardCap: boolean | null;
  /**
   * It waits for its second try, and the first may have reached the provider, at this instant: from then on it counts. Null: it did not.
   */
  readonly mayHaveLeftAt: Instant | null;
}

/**
 * The ledger as the caps see it. A promise can be taken only from a message that was certainly not sent and whose entry can be poked: any
 * other reserved slot counts as used. A held message has no slot. `ownId`: the message that is being decided; its own promise does not
 * count.
 */
export function ledgerOf({ classes }: ClassPolicy, rows: readonly LedgerRow[], ownId: string | null): readonly LedgerSlot[] {
  return rows.flatMap((row) => {
    const { id, channel, class: messageClass, topic, priority } = row;
    const leftAt = id === ownId ? null : row.mayHaveLeftAt;
    const mayHaveLeft = leftAt !== null;
    if (isHeld(row) && !mayHaveLeft) return [];
    const isUsed = row.state === 'reserved' && (mayHaveLeft || (id !== ownId && row.entryId === null));
    const state = isUsed ? 'unknown' : row.state;
    const countsTowardCap = row.countsTowardCap ?? classes[messageClass].countsTowardCaps;
    return [
      {
        messageId: id,
        ...(row.isOfAnother === true ? { isOfAnother: true } : {}),
        channel,
        class: messageClass,
        topic,
        priority,
        slotAt: leftAt ?? row.slotAt,
        state,
        countsTowardCap,
      },
    ];
  });
}

/** Held by a pause, or by a hold on the person: nothing was promised, and an earlier promise is requested again. */
export function isHeld({ state, reason }: Pick<LedgerRow, 'state' | 'reason'>): boolean {
  return state === 'reserved' && (reason === 'paused' || reason === 'on-hold');
}
