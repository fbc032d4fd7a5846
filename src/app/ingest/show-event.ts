import type { Matched } from '../../matching/matched.js';
import {
  type EventRecord,
  type FactRecord,
  findDeadLetterOf,
  findOthersToldAs,
  listEvents,
  readEvent,
  readFacts,
} from '../../store/events-read.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

type Deps = Pick<AppDeps, 'store'>;

export interface EventStory extends EventRecord {
  readonly facts: readonly FactRecord[];
  /** What each fact did, or why it did nothing. */
  readonly effects: readonly (Matched & { readonly sentence: string })[];
  /** Ids of events that came under this id too, from another key or about another person. */
  readonly others: readonly string[];
}

export type ShownEvent =
  | { readonly kind: 'stored'; readonly event: EventStory }
  /** It came, and was not taken. */
  | { readonly kind: 'dead-letter'; readonly id: string; readonly reason: string; readonly detail: string }
  | { readonly kind: 'unknown' };

/** An event by the client's own messageId: what it matched, and what not and why. */
export async function showEvent(deps: Deps, messageId: string): Promise<ShownEvent> {
  const { db } = deps.store;
  const event = await readEvent(db, messageId);
  if (event === null) {
    const letter = await findDeadLetterOf(db, messageId);
    return letter === null ? { kind: 'unknown' } : { kind: 'dead-letter', id: letter.id, reason: letter.reason, detail: letter.detail };
  }
  const effects = (event.matched as readonly Matched[]).map((match) => ({ ...match, sentence: effectSentence(match) }));
  return {
    kind: 'stored',
    event: { ...event, facts: await readFacts(db, messageId), effects, others: await findOthersToldAs(db, messageId) },
  };
}

/** An event with what it did, in one sentence. */
export interface ListedEvent extends EventRecord {
  readonly did: string;
}

/** Events of a profile as they happened, or of everybody as they came; the newest first. */
export async function listEventsOf(deps: Deps, profileId: string | null, request: PageRequest): Promise<Page<ListedEvent>> {
  const page = await readPage(
    request,
    ['instant', 'serial'],
    (limit, after) => listEvents(deps.store.db, profileId, { limit, after }),
    (event) => [event.occurredAt, event.seq],
  );
  return { ...page, items: page.items.map((event) => ({ ...event, did: whatItDid(event.matched as readonly Matched[]) })) };
}

function whatItDid(matched: readonly Matched[]): string {
  if (matched.length === 0) return 'Nothing follows from it.';
  const started = matched.filter(({ result }) => result !== 'no-match' && result !== 'note');
  return (started.length > 0 ? started : matched).map(effectSentence).join(' ');
}

/** What a fact of an event did, or why it did nothing. */
export function effectSentence(match: Matched): string {
  const journey = match.journeyId ?? 'no journey';
  const why = match.reason === null ? '' : (reasons[match.reason] ?? lostField(match.reason) ?? match.reason);
  switch (match.result) {
    case 'armed':
      return `${match.fact} armed an entry of ${journey}.`;
    case 'postponed':
      return `${match.fact} moved an armed entry of ${journey}: its idle time starts again.`;
    case 'entered':
      return `${match.fact} entered ${journey}.`;
    case 'input':
      return `${match.fact} was given to an entry of ${journey}${why === '' ? '' : `, which waits for it as ${why}`}.`;
    case 'joined':
      return `${match.fact} found an open entry of ${journey}${why === '' ? '' : ` (${why})`}; nobody enters twice.`;
    case 'not-entered':
      return `${match.fact} started nothing in ${journey}: ${why === '' ? 'it was refused' : why}.`;
    case 'note':
      return `Noted: ${why}.`;
    case 'no-match':
      return match.journeyId === null
        ? `${match.fact} did nothing: ${why === '' ? 'nothing waits for it' : why}.`
        : `${match.fact} did nothing in ${journey}: ${why === '' ? 'it does not match' : why}.`;
  }
}

/** A note that names what could not be read. */
function lostField(reason: string): string | null {
  const field = reason.startsWith('unreadable:') ? reason.slice('unreadable:'.length) : null;
  return field === null ? null : `${field} could not be read and was ignored`;
}

const reasons: Readonly<Record<string, string>> = {
  exit: 'an exit',
  branch: 'a branch',
  goal: 'a goal',
  'entry-open': 'the entry is open',
  paused: 'the journey is paused',
  'too-many-in-a-row': 'eight journeys have begun one another already, and this would be one more: look for a circle',
  'no-entry-key': 'the event does not have the key that the journey needs',
  'nothing-armed': 'it only moves an armed entry, and none is armed',
  where: 'the condition of the trigger about the event is not true',
  'late-or-imported': 'it was imported, or came more than six hours late',
  'token-signature': 'its user token is not signed by the secret of this shop, so it is ignored',
  'token-expired': 'its user token had expired, so it is ignored',
  'token-claims': 'its user token names no user, or no end within a day, so it is ignored',
  'token-of-another': 'its user token names another user than the event, so it is ignored',
  'address-not-vouched':
    'it would change the address or number of a known person, which a browser key may not: it is kept as a claim and not used',
  'user-not-vouched': 'it claims to be a known user, which nobody has confirmed: it counts for the browser that it came from',
  'objection-stands': 'an objection to profiling or tracking stays: a browser key can raise one but not lift it',
  'service-not-vouched': 'it tells a ticket, feedback or a review of a known person, which a browser key may not without a user token',
  'cart-not-vouched': 'it would change the cart of a known person, which a browser key may not without a user token',
  'yes-to-confirm':
    'the yes counts after the person confirms it: a browser key said it for a known person, or after an unsubscribe of the address',
  'proof-left-out':
    'a yes in it named a legal basis, a confirmation or evidence, which a browser key cannot give: the yes counts without it',
  'message-id-taken': 'another sender’s event already had its messageId, so it is kept under an id of its own',
  'consent-needs-server-key':
    'a yes in it is to a topic that the preference centre does not offer, and was not recorded: that needs a server key',
  'key-budget': 'its write key had used up what it may start in an hour, so it started nothing',
  'trait-too-large': 'a trait in it is larger than 4 KiB and was not added to the profile',
  'traits-full': 'the traits of the profile would be larger than 64 KiB together, so some were not added',
  'clock-ahead': 'its timestamp was in the future, so it counts from its arrival',
  'impossible-timestamp': 'its timestamp was more than a day in the future, which is impossible, so it counts from its arrival',
  'placeholder-user-id': 'its userId is a placeholder, so the event was kept under its anonymous id',
  'placeholder-anonymous-id': 'its anonymousId is a placeholder and was ignored',
  'placeholder-previous-id': 'its previousId is a placeholder, so nobody was joined',
  'refusal-widened': 'a no in it could not be read exactly, so it was read as widely as possible',
  'refusal-elsewhere': 'a no in it is about channels that are not served here',
  'consent-unreadable': 'a yes in it could not be read and was not recorded',
  'consent-unknown-topic': 'a yes in it names no topic of policies/topics.yaml and was not recorded',
  'consent-needs-end': 'an implied yes in it names no end and was not recorded',
  'invalid-email': 'the email trait is not an address, nothing will be sent to it',
  'invalid-phone': 'the phone trait is not a number, nothing will be sent to it',
  'no-trigger-or-wait': 'no live journey starts with it and no entry waits for it',
};
