import { type OwnTeller, ownEventId } from '../../domain/events/own-event.js';
import type { Instant } from '../../domain/time/instant.js';
import type { EntryId, JourneyId, ProfileId, StepId } from '../../domain/values/ids.js';
import type { Matched } from '../../matching/matched.js';
import type { Trx } from '../../store/db.js';
import { findIdempotencyKey, keepAnswer, takeIdempotencyKey } from '../../store/idempotency.js';
import { loadLiveJourneys } from '../../store/live-journeys.js';
import type { AppDeps } from '../deps.js';
import { hearOwnEvent } from '../ingest/hear-own-event.js';
import type { IngestDeps } from '../ingest/ingest-events.js';
import { effectSentence } from '../ingest/show-event.js';
import { idempotencyHashes } from '../keys/idempotency-hashes.js';
import { findRecipient, type Recipient } from '../messages/send-message.js';
import { withPerson } from '../people/with-person.js';

export type CallJourneyResult =
  /** `entryId`: the entry that begins, or that is under way already; null: none, and the sentence says why. */
  | {
      readonly kind: 'called';
      readonly profileId: string;
      readonly entryId: string | null;
      readonly eventId: string;
      readonly sentence: string;
    }
  | { readonly kind: 'other-request' }
  | { readonly kind: 'unknown-journey' }
  | { readonly kind: 'unknown-profile' }
  | { readonly kind: 'refused'; readonly reason: string };

interface JourneyCall {
  readonly to: Recipient;
  readonly properties: Readonly<Record<string, unknown>>;
}

type Called = Omit<Extract<CallJourneyResult, { readonly kind: 'called' }>, 'kind'>;

/**
 * Asks for an entry of a journey with the trigger `api`. Its filters, re-entry and concurrency count when the entry is taken up, a moment
 * later. The same request with the same key gets the same answer, and nothing happens again.
 */
export async function callJourney(
  deps: IngestDeps & Pick<AppDeps, 'notifyRelay' | 'secret'>,
  journeyId: string,
  call: JourneyCall,
  idempotencyKey: string | null = null,
): Promise<CallJourneyResult> {
  const of =
    idempotencyKey === null
      ? null
      : idempotencyHashes(deps.secret, { scope: 'calls', key: idempotencyKey, request: { journeyId, ...call } });
  const before = of === null ? null : await findIdempotencyKey(deps.store.db, of.keyHashes);
  if (of !== null && before !== null) return answerAgain(before, of.requestHashes);
  const journey = (await loadLiveJourneys(deps.store.db)).find(({ id }) => id === journeyId);
  if (journey === undefined) return { kind: 'unknown-journey' };
  if (journey.definition.trigger.kind !== 'api')
    return { kind: 'refused', reason: `The journey ${journeyId} begins by its own trigger: give it "trigger: { api: {} }" to call it.` };
  const profileId = await findRecipient(deps, call.to);
  if (profileId === null) return { kind: 'unknown-profile' };
  const by = caller(deps, journeyId);
  let told: Called | null = null;
  const isThere = await withPerson(deps, profileId, async (trx, { id }) => {
    if (of !== null && !(await takesKey(trx, of, { madeId: ownEventId(by), createdAt: deps.clock.now() }))) return;
    const event = { type: 'call', journey: journeyId, about: [], properties: call.properties } as const;
    const matched = await hearOwnEvent(deps, trx, { event, by, profileId: id as ProfileId, depth: 0, at: deps.clock.now() });
    told = calledBy(matched, { journeyId, profileId, eventId: ownEventId(by) });
    if (of !== null) await keepAnswer(trx, of.keyHash, told);
  });
  if (!isThere) return { kind: 'unknown-profile' };
  if (told !== null) return { kind: 'called', ...(told as Called) };
  // The same key came in another request at the same time, and that one has its answer by now.
  return callJourney(deps, journeyId, call, idempotencyKey);
}

/** False: another request has the key. One that is under way is waited for. */
async function takesKey(
  trx: Trx,
  { keyHash, requestHash }: { readonly keyHash: string; readonly requestHash: string },
  made: { readonly madeId: string; readonly createdAt: Instant },
): Promise<boolean> {
  return (await takeIdempotencyKey(trx, { keyHash, requestHash, ...made })).madeId === made.madeId;
}

function answerAgain(
  { requestHash, answer }: { readonly requestHash: string; readonly answer: unknown },
  requestHashes: readonly string[],
): CallJourneyResult {
  return requestHashes.includes(requestHash) ? { kind: 'called', ...(answer as Called) } : { kind: 'other-request' };
}

function calledBy(
  matched: readonly Matched[],
  { journeyId, ...call }: { readonly journeyId: string; readonly profileId: string; readonly eventId: string },
): Called {
  const [did] = matched.filter((one) => one.journeyId === journeyId);
  const sentence = did === undefined ? `Nothing follows from the call of ${journeyId}.` : effectSentence(did);
  return { ...call, entryId: did?.entryId ?? null, sentence };
}

/** No entry says it: the id of the event is made of one of its own. */
function caller({ newId }: Pick<AppDeps, 'newId'>, journeyId: string): OwnTeller {
  return { journeyId: journeyId as JourneyId, entryId: 'api' as EntryId, step: newId() as StepId, visit: 1 };
}
