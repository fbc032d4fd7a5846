import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import type { AppDeps } from '../../src/app/deps.js';
import { ingestEvents } from '../../src/app/ingest/ingest-events.js';
import { ChannelSlots } from '../../src/app/messages/channel-slots.js';
import { LiveSegments } from '../../src/app/segments/live-segments.js';
import type { IncomingEvent } from '../../src/domain/events/incoming.js';
import { secretsOf } from '../../src/domain/keys/secrets.js';
import type { AttemptOutcome } from '../../src/domain/messages/message.js';
import type { Outgoing, OutgoingEmail, OutgoingSms, Provider } from '../../src/domain/messages/outgoing.js';
import type { Clock } from '../../src/domain/time/clock.js';
import { day, hour, type Instant } from '../../src/domain/time/instant.js';
import type { JourneyDefinition, Step } from '../../src/journey/definition.js';
import { createCallReceiver } from '../../src/shop-api/call-receiver.js';
import type { Store } from '../../src/store/db.js';
import { silentLog } from './log.js';
import { shippedPolicies } from './policies.js';
import { shop } from './shop.js';
import { noon } from './shop-events.js';

/** A clock that tests move; real time moves with it, millisecond by millisecond. */
export class HandClock implements Clock {
  readonly rate = 1;
  #now: Instant;

  constructor(at: Instant = noon) {
    this.#now = at;
  }
  now(): Instant {
    return this.#now;
  }
  realNow(): number {
    return this.#now;
  }
  realAt(at: Instant): number {
    return at;
  }
  timerAt(at: Instant): number {
    return at;
  }
  set(at: Instant): void {
    this.#now = at;
  }
  pass(ms: number): void {
    this.#now += ms;
  }
}

/** A provider that answers what the test says, and remembers what it was given. Answers `accepted` when nothing is left to say. */
export class ScriptedProvider<M extends Outgoing> implements Provider<M> {
  readonly name = 'scripted';
  readonly submitted: M[] = [];
  answers: (AttemptOutcome | (() => Promise<AttemptOutcome>))[] = [];

  async submit(message: M): Promise<AttemptOutcome> {
    this.submitted.push(message);
    const answer = this.answers.shift() ?? { kind: 'accepted', providerId: `p-${this.submitted.length}` };
    return typeof answer === 'function' ? answer() : answer;
  }
  async close(): Promise<void> {}
}

export type TurnDeps = AppDeps & {
  readonly clock: HandClock;
  readonly providers: { readonly email: ScriptedProvider<OutgoingEmail>; readonly sms: ScriptedProvider<OutgoingSms> };
};

const policies = shippedPolicies();

export function turnDeps(store: Store, overrides: Partial<AppDeps> = {}): TurnDeps {
  return {
    store,
    clock: new HandClock(),
    secret: secretsOf('a-secret-for-tests'),
    // Texts of the tests go everywhere: where the shop's own go is the subject of test/security/text-countries.test.ts.
    shop: {
      ...shop,
      texts: { countries: ['GB', 'GG', 'JE', 'IM', 'US', 'CA', 'FR', 'DE', 'ES', 'IT', 'IE', 'AU', 'PR', 'JM'], perHour: 100_000 },
    },
    policies: { current: () => policies },
    segments: new LiveSegments(),
    providers: { email: new ScriptedProvider<OutgoingEmail>(), sms: new ScriptedProvider<OutgoingSms>() },
    renderer: {
      render: async (template, _version, context) => ({
        ...(template.endsWith('text')
          ? { kind: 'sms' as const, body: `${context.cart?.lines.length ?? 0} waiting`, segments: 1, encoding: 'GSM-7' as const }
          : { kind: 'email' as const, subject: 'Still there', html: lineNames(context.cart?.lines), text: lineNames(context.cart?.lines) }),
        locale: 'en',
        contentHash: 'hash',
        templateVersion: 1,
        atMostOnce: template.startsWith('once'),
      }),
    },
    orderLookup: null,
    callReceiver: createCallReceiver({ networks: ['127.0.0.0/8'] }),
    slots: { email: new ChannelSlots({ size: 5, inlineLimit: 50 }), sms: new ChannelSlots({ size: 5, inlineLimit: 50 }) },
    publicUrl: 'https://shop.example',
    allowFictionalPhones: true,
    ratedChannels: new Set(),
    newId: () => ulid().toLowerCase(),
    log: silentLog,
    metrics: {
      verdict: () => {},
      attempt: () => {},
      turn: () => {},
      ingest: () => {},
      interaction: () => {},
      bounce: () => {},
      alarm: () => {},
    },
    mayBeginSend: () => true,
    notifyRelay: () => {},
    ...overrides,
  } as TurnDeps;
}

const lineNames = (lines: readonly { readonly name: string }[] = []): string => lines.map(({ name }) => name).join(', ');

/** One email an hour after the last cart activity, a day's wait, a second one; an order ends it. */
export function cartJourney(overrides: Partial<JourneyDefinition> = {}): JourneyDefinition {
  return {
    format: 1,
    id: 'cart' as JourneyDefinition['id'],
    name: 'Cart',
    description: '',
    priority: 80,
    class: 'marketing',
    topic: 'cart_reminder',
    trigger: { kind: 'inactivity', after: ['cart.updated'], resetOn: ['cart.updated'], forMs: hour },
    entry: {
      key: { kind: 'cart' },
      filters: [
        { reason: 'ordered', condition: { kind: 'event_count', name: 'order.paid', windowMs: day, comparison: { op: 'is', value: 0 } } },
      ],
      reentry: { kind: 'interval', ms: 7 * day },
      concurrency: 'merge',
    },
    exits: [{ id: 'order', on: { kind: 'event', event: 'order.paid', match: 'any', where: null }, outcome: 'converted' }],
    goals: [{ id: 'order', event: 'order.paid', withinMs: 5 * day }],
    maxDurationMs: 5 * day,
    catchUp: { kind: 'send_if_within', ms: 4 * hour },
    holdout: 0,
    start: 'first' as JourneyDefinition['start'],
    steps: Object.fromEntries([send('first', 'wait'), waitStep('wait', 'second'), send('second', null)].map((step) => [step.id, step])),
    ...overrides,
  };
}

export function send(id: string, next: string | null, more: Partial<Extract<Step, { kind: 'send' }>> = {}): Step {
  return {
    kind: 'send',
    id,
    next,
    channel: 'email',
    template: id,
    deadlineMs: 4 * hour,
    notAfterStartMs: null,
    onCapped: 'defer',
    ...more,
  } as Step;
}

export function waitStep(id: string, next: string | null, ms: number = day): Step {
  return { kind: 'wait', id, next, length: { kind: 'elapsed', ms }, from: { kind: 'previous' } } as Step;
}

/** Publishes a definition as version 1, past the parser. */
export async function publish(store: Store, definition: JourneyDefinition): Promise<void> {
  const text = JSON.stringify(definition);
  await store.db
    .insertInto('journeys')
    .values({ id: definition.id, state: 'active', live_version: 1, paused_at: null, created_at: noon, updated_at: noon })
    .execute();
  await store.db
    .insertInto('journey_versions')
    .values({
      journey_id: definition.id,
      version: 1,
      source: '',
      definition: text,
      hash: createHash('sha256').update(text).digest('hex'),
      note: null,
      published_at: noon,
    })
    .execute();
}

export async function take(deps: TurnDeps, ...events: readonly IncomingEvent[]): Promise<void> {
  await ingestEvents(deps, events, []);
}
