import { type OwnTeller, ownEventId } from '../../domain/events/own-event.js';
import type { EntryId, JourneyId, ProfileId, StepId } from '../../domain/values/ids.js';
import type { Matched } from '../../matching/matched.js';
import { loadLiveJourneys } from '../../store/live-journeys.js';
import type { AppDeps } from '../deps.js';
import { hearOwnEvent } from '../ingest/hear-own-event.js';
import type { IngestDeps } from '../ingest/ingest-events.js';
import { effectSentence } from '../ingest/show-event.js';
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
  | { readonly kind: 'unknown-journey' }
  | { readonly kind: 'unknown-profile' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Asks for an entry of a journey with the trigger `api`. Its filters, re-entry and concurrency count when the entry is taken up, a moment
 * later.
 */
export async function callJourney(
  deps: IngestDeps & Pick<AppDeps, 'notifyRelay'>,
  journeyId: string,
  { to, properties }: { readonly to: Recipient; readonly properties: Readonly<Record<string, unknown>> },
): Promise<CallJourneyResult> {
  const journey = (await loadLiveJourneys(deps.store.db)).find(({ id }) => id === journeyId);
  if (journey === undefined) return { kind: 'unknown-journey' };
  if (journey.definition.trigger.kind !== 'api')
    return { kind: 'refused', reason: `The journey ${journeyId} begins by its own trigger: give it "trigger: { api: {} }" to call it.` };
  const profileId = await findRecipient(deps, to);
  if (profileId === null) return { kind: 'unknown-profile' };
  const by = caller(deps, journeyId);
  let matched: readonly Matched[] = [];
  const isThere = await withPerson(deps, profileId, async (trx, { id }) => {
    const event = { type: 'call', journey: journeyId, about: [], properties } as const;
    matched = await hearOwnEvent(deps, trx, { event, by, profileId: id as ProfileId, depth: 0, at: deps.clock.now() });
  });
  if (!isThere) return { kind: 'unknown-profile' };
  const eventId = ownEventId(by);
  const [did] = matched.filter((one) => one.journeyId === journeyId);
  const sentence = did === undefined ? `Nothing follows from the call of ${journeyId}.` : effectSentence(did);
  return { kind: 'called', profileId, entryId: did?.entryId ?? null, eventId, sentence };
}

/** No entry says it: the id of the event is made of one of its own. */
function caller({ newId }: Pick<AppDeps, 'newId'>, journeyId: string): OwnTeller {
  return { journeyId: journeyId as JourneyId, entryId: 'api' as EntryId, step: newId() as StepId, visit: 1 };
}
