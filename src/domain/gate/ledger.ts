import type { LedgerSlot } from '../messages/message.js';
import type { ClassPolicy } from '../policy/class-policy.js';

/** A message as it is stored, with what the caps want to know of it. */
export interface LedgerRow extends Omit<LedgerSlot, 'messageId' | 'countsTowardCap'> {
  readonly id: string;
  readonly entryId: string | null;
  /** Why it stands so; null: nothing is to be said. */
  readonly reason: string | null;
  /** What its step says of caps; null: as its class does. */
  readonly countsTowardCap: boolean | null;
  /** An earlier attempt may have reached the provider: the slot is used, perhaps. */
  readonly mayHaveLeft: boolean;
}

/**
 * The ledger as the caps see it. A promise can be taken only from a message that was certainly not sent and whose entry can be poked: any
 * other reserved slot counts as used. A held message has no slot. `ownId`: the message that is being decided; its own promise does not
 * count.
 */
export function ledgerOf({ classes }: ClassPolicy, rows: readonly LedgerRow[], ownId: string | null): readonly LedgerSlot[] {
  return rows.flatMap((row) => {
    const { id, channel, class: messageClass, topic, priority, slotAt } = row;
    const mayHaveLeft = row.mayHaveLeft && id !== ownId;
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
        slotAt,
        state,
        countsTowardCap,
      },
    ];
  });
}

/** Held by a pause, which comes before all other checks: nothing was promised, and an earlier promise is requested again. */
export function isHeld({ state, reason }: Pick<LedgerRow, 'state' | 'reason'>): boolean {
  return state === 'reserved' && reason === 'paused';
}
