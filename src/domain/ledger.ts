import type { LedgerSlot } from './message.js';
import type { ClassPolicy } from './policy/class-policy.js';

/** A message as it is stored, with what the caps want to know of it. */
export interface LedgerRow extends Omit<LedgerSlot, 'messageId' | 'countsTowardCap'> {
  readonly id: string;
  readonly entryId: string | null;
  /** What its step says of caps; null: as its class does. */
  readonly countsTowardCap: boolean | null;
  /** An earlier attempt may have reached the provider: the slot is used, perhaps. */
  readonly mayHaveLeft: boolean;
}

/**
 * The ledger as the caps see it. A promise can be taken back only from a message that has surely not left and that somebody can be told about: any other
 * reserved slot is as good as used. `ownId`: the message that is decided on, whose promise is its own affair.
 */
export function ledgerOf({ classes }: ClassPolicy, rows: readonly LedgerRow[], ownId: string | null): readonly LedgerSlot[] {
  return rows.map((row) => {
    const { id, channel, class: messageClass, topic, priority, slotAt } = row;
    const isUsed = row.state === 'reserved' && id !== ownId && (row.mayHaveLeft || row.entryId === null);
    const state = isUsed ? 'unknown' : row.state;
    const countsTowardCap = row.countsTowardCap ?? classes[messageClass].countsTowardCaps;
    return { messageId: id, channel, class: messageClass, topic, priority, slotAt, state, countsTowardCap };
  });
}
