import { type CommerceEvent, readCommerceEvent } from '../domain/carts/commerce-events.js';
import { isRefusal } from '../domain/consent/consent.js';
import { type ConsentTold, readConsentEvent, readConsentTraits } from '../domain/consent/consent-events.js';
import { refuseBrowserConsent, refuseConsent, widenRefusal } from '../domain/consent/consent-refusal.js';
import type { ConsentSaid } from '../domain/consent/double-opt-in.js';
import type { ShopEvent } from '../domain/events/event.js';
import { type IncomingEvent, type RejectedEvent, refuse } from '../domain/events/incoming.js';
import { asClaimed } from '../domain/keys/claimed-content.js';
import type { Policies } from '../domain/policy/policies.js';
import type { TopicPolicy } from '../domain/policy/topic-policy.js';
import type { Shop } from '../domain/shop/shop.js';

/** An event and what it means in commerce or consent. */
export interface Understood {
  readonly kind: 'understood';
  readonly incoming: IncomingEvent;
  readonly event: ShopEvent;
  readonly commerce: CommerceEvent | null;
  readonly consents: readonly ConsentTold[];
  /** The client's own id, where another's event had it already and this one is kept under another; absent: it is kept under its own. */
  readonly toldId?: string;
}

/**
 * What the event means in commerce or consent. Of commerce what can be read is taken, and what cannot is noted by field; a yes that is said wrongly goes to the
 * dead letters.
 */
export function readEvent(
  deps: { readonly policies: { readonly current: () => Policies }; readonly shop: Pick<Shop, 'hosts'> },
  incoming: IncomingEvent,
): Understood | { readonly kind: 'refused'; readonly rejected: RejectedEvent } {
  const { event, speaker } = incoming;
  if (event.origin === 'import' && speaker.kind === 'browser') return refuse(incoming, 'needs-server-key', importsNeedServerKey);
  const plain: Understood = { kind: 'understood', incoming, event, commerce: null, consents: [] };
  const consent = readConsent(incoming);
  if (consent.kind === 'problem') return refuse(incoming, 'invalid-consent-event', consent.problem);
  if (consent.kind === 'consent') return withConsents(withNotes(plain, consent.notes), consent.told, deps.policies.current().topics);
  if (event.type !== 'track' || event.name === null) return plain;
  const commerce = readCommerceEvent(event.name, event.properties);
  if (commerce.kind === 'other') return plain;
  const told = speaker.kind === 'server' ? commerce.event : asClaimed(commerce.event, deps.shop.hosts);
  return { ...plain, incoming: withLost(incoming, commerce.lost), commerce: told };
}

const importsNeedServerKey =
  'History is imported with a server key (`sojourn write-key create --server`): a browser key tells what happens now.';

/** Notes such as `unreadable:total`; of a long list the first ones tell enough. */
function withLost(incoming: IncomingEvent, lost: readonly string[]): IncomingEvent {
  if (lost.length === 0) return incoming;
  return { ...incoming, notes: [...incoming.notes, ...lost.slice(0, mostNotes).map((field) => `unreadable:${field}`)] };
}

const mostNotes = 20;

function readConsent({ event, context }: IncomingEvent) {
  if (event.type === 'identify') return readConsentTraits(event.traits);
  return readConsentEvent(event.type === 'track' ? (event.name ?? '') : '', event.properties, context);
}

/** A yes that cannot be recorded goes to the dead letters with its event. Where a no stands beside it the event is taken without it: a no waits for nobody. */
function withConsents(plain: Understood, said: readonly ConsentTold[], topics: TopicPolicy) {
  const told = said.flatMap(({ said: act, at }) => widenRefusal(act, topics).map((one) => ({ said: one, at })));
  const understood = told.length === said.length ? plain : withNotes(plain, ['refusal-widened']);
  const refusalOf = (act: ConsentSaid) => refuseConsent(act, topics) ?? refuseBrowserConsent(act, topics, plain.incoming.speaker);
  const [refusal] = told.flatMap((one) => refusalOf(one.said) ?? []);
  if (refusal === undefined) return { ...understood, consents: told };
  if (!told.some((one) => isRefusal(one.said.state)))
    return refuse(plain.incoming, refusal.code === 'needs-server-key' ? refusal.code : 'invalid-consent-event', refusal.problem);
  const consents = told.filter((one) => refusalOf(one.said) === null);
  return { ...withNotes(understood, [`consent-${refusal.code}`]), consents };
}

function withNotes(plain: Understood, notes: readonly string[]): Understood {
  return notes.length === 0 ? plain : { ...plain, incoming: { ...plain.incoming, notes: [...plain.incoming.notes, ...notes] } };
}
