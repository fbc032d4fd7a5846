import type { RejectedEvent } from '../../domain/events/incoming.js';
import { ourselves } from '../../domain/keys/speaker.js';
import { type EventReading, readOne } from '../../sources/kit/read-one.js';
import { readLetterSource } from '../../sources/letter-source.js';
import { type KeptDeadLetter, lockDeadLetter, markRetried } from '../../store/dead-letters.js';
import { type IngestDeps, ingestInside } from '../ingest/ingest-events.js';

export type RetryResult =
  | { readonly kind: 'resolved' }
  /** `reason`: a sentence naming the property, never its value. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'unknown' };

/**
 * Ingests a dead letter again, unchanged, after the cause was repaired on our side. The event keeps its time but is received now: more than
 * six hours late, it starts nothing. A resolved letter stays resolved.
 */
export async function retryDeadLetter(deps: IngestDeps, id: string): Promise<RetryResult> {
  const { result, wakes } = await deps.store.transaction(async (trx): Promise<{ result: RetryResult; wakes: boolean }> => {
    const letter = await lockDeadLetter(trx, id);
    if (letter === null) return { result: { kind: 'unknown' }, wakes: false };
    if (letter.resolvedAt !== null) return { result: { kind: 'resolved' }, wakes: false };
    const at = deps.clock.now();
    const reading = readKept(letter, deps);
    const outcome =
      reading.kind === 'rejected'
        ? ({ kind: 'refused', rejected: reading.rejected } as const)
        : await ingestInside(deps, trx, { ...reading.incoming, event: { ...reading.incoming.event, receivedAt: at } });
    await markRetried(trx, id, { at, resolved: outcome.kind === 'stored' });
    return outcome.kind === 'stored'
      ? { result: { kind: 'resolved' }, wakes: outcome.wakes }
      : { result: { kind: 'failed', reason: outcome.rejected.detail }, wakes: false };
  });
  if (wakes) deps.notifyRelay();
  return result;
}

/**
 * By the source that the letter names. What no source reads, and a body that could not be read at all and is kept as text, is for a person
 * to look at.
 */
function readKept(
  { payload, source: name, receivedAt, reason, detail, speaker }: KeptDeadLetter,
  { clock, placeholderIds }: IngestDeps,
): EventReading {
  const found = readLetterSource(name);
  if (found === null)
    return unread({
      source: name,
      reason,
      detail: `${detail} It is for a person to look at.`,
      payload,
      receivedAt,
      origin: 'live',
      speaker,
    });
  const { source, origin } = found;
  if (typeof payload === 'string') return unread({ source: source.id, reason, detail, payload, receivedAt, origin, speaker });
  // What came before there were two kinds of keys came with one that opened everything.
  const speakerOf = () => ({ speaker: speaker ?? ourselves, note: null });
  return readOne(source, payload, { origin, receivedAt, rate: clock.rate, placeholderIds, speakerOf });
}

function unread(rejected: RejectedEvent): EventReading {
  return { kind: 'rejected', rejected };
}
