import type { MemoryMessage } from '../simulator/memory/tables.js';
import type { RecordedMessage } from './recorded.js';

/** A message that went out, as the world in memory keeps one: it counts under the caps, and nobody asks what it said. */
export function atProvider({ at, isTracked, ...message }: RecordedMessage): MemoryMessage {
  return {
    ...message,
    entryId: null,
    version: null,
    visit: null,
    deadlineAt: at,
    reason: null,
    slotAt: at,
    leaseReal: null,
    attempts: [],
    receipts: [],
    content: isTracked ? trackedContent(message) : null,
    submittedAt: at,
    updatedAt: at,
  };
}

/** Only that its links tell is asked of it. */
function trackedContent({ id }: Pick<RecordedMessage, 'id'>): MemoryMessage['content'] {
  const outgoing = { kind: 'sms', messageId: id, from: '', to: '', body: '', segments: 0, validitySeconds: 0 } as const;
  return { kind: 'ready', templateVersion: 0, contentHash: '', atMostOnce: false, outgoing, links: [] };
}
