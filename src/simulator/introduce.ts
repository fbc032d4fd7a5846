import { noEngagement } from '../domain/engagement/state.js';
import { addressOf, channels } from '../domain/messages/channel.js';
import { applyToOrder } from '../domain/orders/kept-order.js';
import type { KnownIdentity } from '../domain/people/identity.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, MessageId, ProfileId } from '../domain/values/ids.js';
import { contactPoints } from '../projection/contact-points.js';
import { suppressAddress } from './memory/effects.js';
import type { MemoryMessage, Tables } from './memory/tables.js';
import type { Persona } from './persona.js';
import type { HappeningKind, Script } from './script.js';

type Event = Extract<HappeningKind, { readonly kind: 'event' }>;

/** The people of a story, under the ids that the shop knows them by. */
export interface Introduced {
  readonly persona: () => ProfileId;
  /** By name; null: nobody of this name has done anything yet. */
  readonly named: (name: string) => ProfileId | null;
  /** The ids with which an event of somebody comes. */
  readonly ids: (event: Pick<Event, 'who' | 'type'>) => { readonly userId: string | null; readonly anonymousId: string | null };
}

const usualName = 'persona';

/** Writes the people of a script down as they are when it begins. */
export function introduce(
  tables: Tables,
  { persona, personaName = usualName, people = {}, startAt }: Script,
  newId: () => string,
): Introduced {
  const everybody = new Map([[personaName, persona], ...Object.entries(people)]);
  for (const [name, person] of everybody) write(tables, person, { name, id: newId() as ProfileId, startAt });
  const find = (name: string): KnownIdentity | undefined =>
    tables.identities.get(`user:${name}`) ?? tables.identities.get(`anonymous:${name}`);
  return {
    persona: () => {
      const found = find(personaName);
      if (found === undefined) throw new Error('The persona is gone.');
      return found.profileId;
    },
    named: (name) => find(name)?.profileId ?? null,
    ids: ({ who, type }) => {
      const name = who ?? personaName;
      if (find(name)?.kind !== 'anonymous') return { userId: name, anonymousId: null };
      return { userId: type === 'identify' ? name : null, anonymousId: name };
    },
  };
}

interface As {
  readonly name: string;
  readonly id: ProfileId;
  readonly startAt: Instant;
}

function write(tables: Tables, person: Persona, { name, id, startAt }: As): void {
  const { traits, identified, consents, suppressed, unreachable, tier, arms, ordersBefore, messagesBefore } = person;
  const { email, phone } = contactPoints(traits);
  const profile = { id, traits, traitTimes: {}, email, phone, engagement: noEngagement };
  tables.profiles.set(id, { ...profile, createdAt: startAt, updatedAt: startAt, lastInstant: 0 });
  tables.told.set(id, { unreachable, ...(tier === undefined ? {} : { tier }), ...(arms === undefined ? {} : { arms }) });
  const kind = identified ? 'user' : 'anonymous';
  tables.identities.set(`${kind}:${name}`, { kind, value: name, profileId: id, linkedAt: 0 });
  tables.consents.push(...consents.map((act) => ({ ...act, profileId: id, recordedAt: act.at, eventId: null })));
  for (const channel of channels) {
    const reason = suppressed[channel];
    if (reason !== undefined) suppressAddress(tables, channel, addressOf(profile, channel), reason);
  }
  ordersBefore.forEach((at, index) => {
    const eventId = `order-before-${name}-${index}`;
    tables.facts.push({ name: 'order.paid', profileId: id, at, eventId, properties: {} });
    const told = { kind: 'order', step: 'paid', sums: nothingSaid, lines: null } as const;
    const whose = { orderId: `event:${eventId}`, profileId: id, cartId: null, isToldByShop: true };
    tables.orders.set(whose.orderId, applyToOrder(null, { ...whose, told, at, happenedAt: at, eventId }));
  });
  messagesBefore.forEach((before, index) => {
    const message = messageBefore(before, { id: `before-${name}-${index}` as MessageId, profileId: id });
    tables.messages.set(message.id, message);
  });
}

const nothingSaid = { total: null, currency: null, tax: null, shipping: null, discount: null, codes: [], isTest: null };

/** A marketing message that a journey of another time sent. */
function messageBefore(
  { channel, topic, at }: Persona['messagesBefore'][number],
  ids: { readonly id: MessageId; readonly profileId: ProfileId },
): MemoryMessage {
  return {
    ...ids,
    origin: 'journey',
    entryId: null as EntryId | null,
    journeyId: null,
    version: null,
    step: null,
    visit: null,
    channel,
    class: 'marketing',
    topic,
    priority: 50,
    template: '',
    deadlineAt: at,
    state: 'accepted',
    reason: null,
    slotAt: at,
    leaseReal: null,
    attempts: [],
    receipts: [],
    content: null,
    submittedAt: at,
    acceptedAt: at,
    updatedAt: at,
  };
}
