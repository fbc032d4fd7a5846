import { foldAttempts } from '../../domain/messages/message.js';
import type { Instant } from '../../domain/time/instant.js';
import type { EntryId } from '../../domain/values/ids.js';
import type { Tables } from './tables.js';

/** What a promised message becomes when its entry ends: given back, unless an earlier attempt may have reached the provider. */
export function releasePromised(tables: Tables, entryId: EntryId, at: Instant): void {
  for (const { id, state, attempts, submittedAt, slotAt } of tables.messages.where('entry', entryId)) {
    if (state !== 'reserved') continue;
    const mayHaveLeft = foldAttempts(attempts.map(({ outcome }) => outcome)) !== 'not-sent';
    const stands = mayHaveLeft ? ({ state: 'unknown', slotAt: submittedAt ?? slotAt } as const) : ({ state: 'released' } as const);
    tables.changeMessage(id, { ...stands, reason: 'exited', updatedAt: at });
  }
}
