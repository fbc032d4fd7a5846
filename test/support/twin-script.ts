import fc from 'fast-check';
import type { ShopEvent } from '../../src/domain/events/event.js';
import type { IncomingEvent } from '../../src/domain/events/incoming.js';
import { ourselves } from '../../src/domain/keys/speaker.js';
import type { AttemptOutcome } from '../../src/domain/messages/message.js';
import { day, hour, type Instant, minute, second } from '../../src/domain/time/instant.js';

/** Far ahead of the machine's clock, so that a poke for now and one for a due instant are told apart. A Tuesday, 10:00 in London. */
export const startAt: Instant = Date.UTC(2031, 11, 2, 10);
/** After this long nobody looks any more. */
export const endAfterMs = 8 * day;

/** Something that happens in both worlds. Instants are milliseconds after the start. */
export type TwinDeed =
  | { readonly kind: 'event'; readonly after: number; readonly event: TwinEvent }
  | { readonly kind: 'pause' | 'resume'; readonly after: number; readonly scope: 'all' | 'email' | 'sms' | 'cart' | 'viewed' }
  | { readonly kind: 'exit'; readonly after: number; readonly of: number }
  | { readonly kind: 'stop'; readonly after: number; readonly who: Person; readonly channel: 'email' | 'sms' }
  /** A message of the shop's own, and one message to many. */
  | { readonly kind: 'message'; readonly after: number; readonly who: Person }
  | { readonly kind: 'broadcast'; readonly after: number; readonly to: readonly Person[]; readonly overMs: number }
  | { readonly kind: 'receipt'; readonly after: number; readonly of: number; readonly status: 'delivered' | 'failed' | 'complained' };

export type Person = 'ann' | 'bob' | 'cyd';
type Who = Person | 'visitor-1' | 'visitor-2';

export type TwinEvent = {
  readonly who: Who;
  /** How late it arrives. */
  readonly lateMs: number;
} & (
  | { readonly type: 'added' | 'removed' | 'viewed' | 'ordered'; readonly cart: number; readonly product: string }
  | { readonly type: 'revoked' | 'granted'; readonly channel: 'email' | 'sms' }
  | { readonly type: 'moved'; readonly zone: string }
  /** They have the address of somebody else from now on. */
  | { readonly type: 'shares'; readonly as: Person }
  /** A visitor turns out to be somebody. */
  | { readonly type: 'identified'; readonly as: Person }
);

export interface TwinScript {
  readonly deeds: readonly TwinDeed[];
  /** What providers answer, in the order of a message's id and attempt. */
  readonly faults: readonly AttemptOutcome[];
  /** Every message is refused so often first. */
  readonly busyTimes?: number;
}

const after = fc.oneof(
  fc.integer({ min: 0, max: 3 * 24 * 60 }).map((minutes) => minutes * minute),
  fc.constantFrom(hour, hour - 1, hour + 1, 2 * hour, 5 * hour, 25 * hour, day + 10 * second),
);
const person = fc.constantFrom<Person>('ann', 'bob', 'cyd');
const who = fc.constantFrom<Who>('ann', 'bob', 'cyd', 'ann', 'bob', 'visitor-1', 'visitor-2');
const lateMs = fc.constantFrom(0, 0, 0, minute, 20 * minute, 7 * hour);
const ofCart = fc.record({
  type: fc.constantFrom('added', 'added', 'added', 'removed', 'viewed', 'ordered'),
  who,
  lateMs,
  cart: fc.nat({ max: 3 }),
  product: fc.constantFrom('mug', 'tin'),
}) as fc.Arbitrary<TwinEvent>;
const channel = fc.constantFrom('email' as const, 'sms' as const);
const event: fc.Arbitrary<TwinEvent> = fc.oneof(
  { weight: 8, arbitrary: ofCart },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('revoked' as const, 'granted' as const), who, lateMs, channel }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('moved' as const),
      who,
      lateMs,
      zone: fc.constantFrom('America/New_York', 'Asia/Tokyo', 'BST', 'Europe/London'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('shares' as const), who: person, lateMs: fc.constant(0), as: person }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('identified' as const),
      who: fc.constantFrom('visitor-1' as const, 'visitor-2' as const),
      lateMs: fc.constant(0),
      as: person,
    }),
  },
);
const deed: fc.Arbitrary<TwinDeed> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('event' as const), after, event }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('pause' as const, 'resume' as const),
      after,
      scope: fc.constantFrom('all' as const, 'email' as const, 'sms' as const, 'cart' as const, 'viewed' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('exit' as const), after, of: fc.nat({ max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), after, who: person, channel }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('message' as const), after, who: person }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('broadcast' as const),
      after,
      to: fc.uniqueArray(person, { minLength: 1 }),
      overMs: fc.constantFrom(0, hour, 5 * hour),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('receipt' as const),
      after,
      of: fc.nat({ max: 4 }),
      status: fc.constantFrom('delivered' as const, 'failed' as const, 'complained' as const),
    }),
  },
);
const answer: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<AttemptOutcome>({ kind: 'accepted', providerId: 'p' }) },
  { weight: 2, arbitrary: fc.constant<AttemptOutcome>({ kind: 'not-sent', code: '451', retry: true }) },
  { weight: 1, arbitrary: fc.constant<AttemptOutcome>({ kind: 'not-sent', code: '554', retry: false }) },
  { weight: 1, arbitrary: fc.constant<AttemptOutcome>({ kind: 'unknown', code: 'reset' }) },
);

export const anyTwinScript: fc.Arbitrary<TwinScript> = fc.record({
  deeds: fc.array(deed, { minLength: 2, maxLength: 14 }),
  faults: fc.array(answer, { minLength: 1, maxLength: 6 }),
});

/** The names of one run: nothing of it meets another run's. */
export interface Names {
  readonly run: number;
  readonly newId: () => string;
}

export function namesOf(run: number): Names {
  let count = 0;
  const newId = (): string => {
    count += 1;
    return `${prefixOf(run)}${String(count).padStart(5, '0')}`;
  };
  return { run, newId };
}

export function prefixOf(run: number): string {
  return `r${String(run).padStart(6, '0')}-`;
}

export function answerFor({ faults, busyTimes }: TwinScript, messageId: string, n: number): AttemptOutcome {
  if (busyTimes !== undefined && n <= busyTimes) return { kind: 'not-sent', code: '451', retry: true };
  const sum = Buffer.from(messageId).reduce((total, byte) => total + byte, 0);
  return faults[(sum + n * 7) % faults.length] ?? { kind: 'accepted', providerId: 'p' };
}

export const emailOf = (run: number, who: string): string => `${prefixOf(run)}${who}@example.test`;
export const phoneOf = (run: number, who: Person): string =>
  `+447911${String(100_000 + ((run * 3 + ['ann', 'bob', 'cyd'].indexOf(who)) % 60_000))}`;

/** Who is there when the story begins: three people, who consent to both channels. */
export function beginning(run: number): readonly IncomingEvent[] {
  const at = startAt - day;
  return (['ann', 'bob', 'cyd'] as const).flatMap((who) => {
    const traits = { email: emailOf(run, who), phone: phoneOf(run, who), timezone: 'Europe/London', country: 'GB' };
    const consent = { method: 'form', source: 'test' };
    return [
      incoming(run, `begin-${who}-1`, { who, at, type: 'identify', traits }),
      incoming(run, `begin-${who}-2`, { who, at, name: 'Consent Granted', properties: { ...consent, channel: 'email' } }),
      incoming(run, `begin-${who}-3`, {
        who,
        at,
        name: 'Consent Granted',
        properties: { ...consent, channel: 'sms', topic: 'cart_reminder' },
      }),
    ];
  });
}

/** The event as ingest is given it. `index`: its place in the script, which makes its id. */
export function toIncoming(run: number, index: number, { after: ms, event: what }: Extract<TwinDeed, { kind: 'event' }>): IncomingEvent {
  const receivedAt = startAt + ms;
  const given = { who: what.who, at: receivedAt - what.lateMs, receivedAt };
  const id = `deed-${index}`;
  switch (what.type) {
    case 'revoked':
    case 'granted': {
      const name = what.type === 'granted' ? 'Consent Granted' : 'Consent Revoked';
      const topic = what.channel === 'sms' ? { topic: 'cart_reminder' } : {};
      return incoming(run, id, { ...given, name, properties: { channel: what.channel, ...topic, method: 'form', source: 'test' } });
    }
    case 'moved':
      return incoming(run, id, { ...given, type: 'identify', traits: { timezone: what.zone } });
    case 'shares':
      return incoming(run, id, { ...given, type: 'identify', traits: { email: emailOf(run, what.as) } });
    case 'identified':
      return incoming(run, id, { ...given, type: 'identify', traits: {}, as: what.as });
    case 'viewed':
      return incoming(run, id, { ...given, name: 'Product Viewed', properties: { product_id: what.product } });
    case 'ordered':
      return incoming(run, id, {
        ...given,
        name: 'Order Completed',
        properties: { order_id: `${prefixOf(run)}${id}`, cart_id: `${prefixOf(run)}c${what.cart}`, total: 15, currency: 'GBP' },
      });
    case 'added':
    case 'removed':
      return incoming(run, id, {
        ...given,
        name: what.type === 'added' ? 'Product Added' : 'Product Removed',
        properties: {
          cart_id: `${prefixOf(run)}c${what.cart}`,
          product_id: what.product,
          name: what.product,
          price: 15,
          quantity: 1,
          currency: 'GBP',
        },
      });
  }
}

function incoming(
  run: number,
  id: string,
  of: {
    readonly who: Who;
    readonly at: Instant;
    readonly receivedAt?: Instant;
    readonly type?: 'identify';
    readonly name?: string;
    readonly as?: Person;
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly traits?: Readonly<Record<string, unknown>>;
  },
): IncomingEvent {
  const { who: name, at, receivedAt = at, type = 'track', as, properties = {}, traits = {} } = of;
  const isVisitor = name.startsWith('visitor');
  const userId = as ?? (isVisitor ? null : name);
  const event: ShopEvent = {
    messageId: `${prefixOf(run)}${id}`,
    type: type === 'identify' && userId === null ? 'track' : type,
    name: type === 'identify' ? null : (of.name ?? null),
    userId: userId === null ? null : `${prefixOf(run)}${userId}`,
    anonymousId: isVisitor ? `${prefixOf(run)}${name}` : null,
    previousId: null,
    properties,
    traits: type === 'identify' && userId !== null ? traits : {},
    occurredAt: at,
    receivedAt,
    origin: 'live',
  };
  return { event, source: 'segment', payload: {}, context: {}, notes: [], speaker: ourselves };
}
