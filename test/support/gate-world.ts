import { sql } from 'kysely';
import { suppress } from '../../src/app/consent/suppress-address.js';
import type { AppDeps } from '../../src/app/deps.js';
import { exitEntry } from '../../src/app/entries/exit-entry.js';
import { pauseSending, resumeSending } from '../../src/app/journeys/control-journeys.js';
import { forecastSend } from '../../src/app/turn/plan-send.js';
import { runTurn } from '../../src/app/turn/run-turn.js';
import { takeTurn } from '../../src/app/turn/take-turn.js';
import type { MessageClass } from '../../src/domain/messages/channel.js';
import type { AttemptOutcome } from '../../src/domain/messages/message.js';
import type { Outgoing } from '../../src/domain/messages/outgoing.js';
import type { CapPolicyRule } from '../../src/domain/policy/cap-policy.js';
import type { Policies } from '../../src/domain/policy/policies.js';
import { day, hour, type Instant, minute } from '../../src/domain/time/instant.js';
import type { EntryId, JourneyId, ProfileId } from '../../src/domain/values/ids.js';
import { newEntryState } from '../../src/journey/engine.js';
import type { Store } from '../../src/store/db.js';
import { writeOpened } from '../../src/store/entries.js';
import { writeTogether } from '../../src/store/write-together.js';
import { opset } from '../../workflows/contract.js';
import { shippedPolicies } from './policies.js';
import { identify, noon, track } from './shop-events.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps } from './turns.js';

interface Person {
  readonly id: ProfileId;
  /** Another profile with the same mailbox and number, as a guest's and an account's. */
  readonly twin: ProfileId;
  readonly email: string;
  readonly phone: string;
}

/** An address and a number each: a suppression outlives its person. */
let people = 0;
const waiting = new WeakMap<Store, Person[]>();

/** A person who consents to both channels. Made by the dozen: making them takes as long as what happens to them. */
async function somebody(store: Store): Promise<Person> {
  const known = waiting.get(store)?.pop();
  if (known !== undefined) return known;
  const deps = turnDeps(store);
  const made = Array.from({ length: 40 }, () => {
    people += 1;
    return { userId: `person-${people}`, email: `person-${people}@example.test`, phone: `+447911${100_000 + people}` };
  });
  const at = { occurredAt: noon - minute };
  await take(
    deps,
    ...made.flatMap(({ userId, email, phone }) =>
      [
        { userId, email },
        { userId: `${userId}-twin`, email: email.toUpperCase() },
      ].flatMap((one) => [
        identify({ email: one.email, phone, timezone: 'Europe/London', country: 'GB' }, { userId: one.userId, ...at }),
        track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }, { userId: one.userId, ...at }),
        track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }, { userId: one.userId, ...at }),
      ]),
    ),
  );
  const rows = await store.db
    .selectFrom('identities')
    .select(['value', 'profile_id'])
    .where(
      'value',
      'in',
      made.flatMap(({ userId }) => [userId, `${userId}-twin`]),
    )
    .execute();
  const ids = new Map(rows.map(({ value, profile_id }) => [value, profile_id as ProfileId]));
  const persons = made.flatMap(({ userId, email, phone }) => {
    const [id, twin] = [ids.get(userId), ids.get(`${userId}-twin`)];
    return id === undefined || twin === undefined ? [] : [{ id, twin, email, phone }];
  });
  const [first, ...others] = persons;
  if (first === undefined) throw new Error('Nobody could be made.');
  waiting.set(store, others);
  return first;
}

/** What a message of one of the journeys of this world is. */
interface Kind {
  readonly id: string;
  readonly channel: 'email' | 'sms';
  readonly class: MessageClass;
  readonly topic: string;
  readonly priority: number;
  readonly onCapped: 'defer' | 'skip';
}

const kinds: readonly Kind[] = [
  { id: 'cart-email', channel: 'email', class: 'marketing', topic: 'cart_reminder', priority: 80, onCapped: 'defer' },
  { id: 'sale-email', channel: 'email', class: 'marketing', topic: 'sales', priority: 50, onCapped: 'defer' },
  { id: 'news-email', channel: 'email', class: 'broadcast', topic: 'newsletter', priority: 20, onCapped: 'defer' },
  { id: 'hasty-email', channel: 'email', class: 'marketing', topic: 'sales', priority: 50, onCapped: 'skip' },
  { id: 'cart-text', channel: 'sms', class: 'marketing', topic: 'cart_reminder', priority: 80, onCapped: 'defer' },
  { id: 'order-email', channel: 'email', class: 'transactional', topic: 'order', priority: 100, onCapped: 'defer' },
];

/** Messages wait so long at most for room. */
const deadlineMs = 3 * day;

const mostEmails = 3;

/** Emails 3 in 7 days, texts 1, two a day of which a newsletter leaves one, six hours between emails: the shape of caps.json. */
function capRules(emails: number): readonly CapPolicyRule[] {
  const rule = (id: string, limit: number, ms: number, more: Partial<CapPolicyRule> = {}): CapPolicyRule => ({
    id,
    channels: null,
    topics: null,
    exceptTopics: [],
    limit,
    window: { type: 'rolling', ms },
    headroom: [],
    exemptsUserInitiated: false,
    exemptsMoreImportant: false,
    scales: false,
    ...more,
  });
  return [
    rule('email-7d', emails, 7 * day, { channels: ['email'] }),
    rule('sms-7d', 1, 7 * day, { channels: ['sms'] }),
    rule('any-24h', 2, day, { headroom: [{ priorityUpTo: 20, keepFree: 1 }] }),
    rule('email-gap', 1, 6 * hour, { channels: ['email'] }),
  ];
}

/** A call that reached a provider. `order`: of all that happened in this world. */
export interface Call {
  readonly order: number;
  readonly at: Instant;
  readonly messageId: string;
  readonly channel: 'email' | 'sms';
  readonly emailsAllowed: number;
  readonly isPaused: boolean;
}

export type Deed =
  | { readonly kind: 'turn'; readonly of: readonly number[] }
  | { readonly kind: 'crash'; readonly of: number; readonly afterCall: boolean }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'stop'; readonly channel: 'email' | 'sms' }
  | { readonly kind: 'exit'; readonly of: number }
  | { readonly kind: 'lower' }
  | { readonly kind: 'pause' | 'resume'; readonly channel: 'email' | 'sms' }
  | { readonly kind: 'answer'; readonly channel: 'email' | 'sms'; readonly outcome: AttemptOutcome };

/**
 * One person, messages of several journeys that all want to reach them, and providers that note what left and when. Deeds come in any
 * order, some of them at once; at the end time runs until nothing is pending. Then `problems` says which invariants did not hold.
 */
export class GateWorld {
  readonly deps: TurnDeps;
  readonly #store: Store;
  readonly #person: Person;
  readonly #entries: { readonly id: EntryId; readonly kind: Kind }[] = [];
  readonly #calls: Call[] = [];
  /** How often a provider definitely did not take a message. */
  readonly #refused = new Map<string, number>();
  readonly #stopped: { readonly order: number; readonly channel: 'email' | 'sms' }[] = [];
  readonly #paused = new Set<'email' | 'sms'>();
  #order = 0;
  #hasCrashed = false;
  #emailsAllowed = mostEmails;
  #policies: Policies;

  private constructor(store: Store, person: Person) {
    this.#store = store;
    this.#person = person;
    this.#policies = withEmails(shippedPolicies(), mostEmails);
    const policies: AppDeps['policies'] = { current: () => this.#policies };
    this.deps = turnDeps(store, { policies });
    for (const channel of ['email', 'sms'] as const) {
      const provider = this.deps.providers[channel];
      const submit = provider.submit.bind(provider) as (message: { readonly messageId: string }) => Promise<AttemptOutcome>;
      Object.assign(provider, {
        submit: async (message: { readonly messageId: string }): Promise<AttemptOutcome> => {
          const { messageId } = message;
          const [at, isPaused] = [this.deps.clock.now(), this.#paused.has(channel)];
          this.#calls.push({ order: this.#next(), at, messageId, channel, emailsAllowed: this.#emailsAllowed, isPaused });
          const outcome = await submit(message);
          if (outcome.kind === 'not-sent') this.#refused.set(messageId, (this.#refused.get(messageId) ?? 0) + 1);
          return outcome;
        },
      });
    }
  }

  /** The journeys, once for a store. */
  static async prepare(store: Store): Promise<void> {
    for (const kind of kinds)
      await publish(
        store,
        cartJourney({
          id: kind.id as JourneyId,
          class: kind.class,
          topic: kind.topic,
          priority: kind.priority,
          exits: [],
          maxDurationMs: 30 * day,
          start: 'only' as never,
          steps: {
            only: send('only', null, {
              channel: kind.channel,
              template: kind.channel === 'sms' ? 'cart-text' : 'cart-reminder',
              deadlineMs,
              onCapped: kind.onCapped,
            }),
          } as never,
        }),
      );
  }

  /**
   * A new person with the messages that `wanted` (indices into the kinds) names. `isShared`: every second one is of another profile with
   * their addresses.
   */
  static async open(store: Store, wanted: readonly number[], startsAt: Instant = noon, isShared = false): Promise<GateWorld> {
    const person = await somebody(store);
    const world = new GateWorld(store, person);
    const { deps } = world;
    deps.clock.set(startsAt);
    const entries = wanted.map((index) => {
      const kind = kinds[index % kinds.length];
      if (kind === undefined) throw new Error('There are no kinds.');
      return { id: deps.newId() as EntryId, kind };
    });
    world.#entries.push(...entries);
    const rows = entries.map(({ id, kind }, index) => ({
      id,
      journeyId: kind.id as JourneyId,
      version: 1,
      profileId: isShared && index % 2 === 1 ? person.twin : person.id,
      entryKey: id,
      dueAt: startsAt,
      createdAt: startsAt,
      state: newEntryState({ at: startsAt, trigger: {} }),
    }));
    await store.transaction(async (trx) => void (await writeTogether(trx, { entries: writeOpened(rows, 0) })));
    return world;
  }

  get size(): number {
    return this.#entries.length;
  }

  async do(deed: Deed): Promise<void> {
    const { clock, providers } = this.deps;
    switch (deed.kind) {
      case 'turn':
        return void (await Promise.all(deed.of.map((index) => this.#turn(index))));
      case 'crash':
        return this.#crash(deed.of, deed.afterCall);
      case 'pass':
        return clock.pass(deed.ms);
      case 'stop':
        return this.#stop(deed.channel);
      case 'exit':
        return void (await exitEntry(this.deps, this.#entry(deed.of).id, 'by-request'));
      case 'lower':
        this.#emailsAllowed = Math.max(1, this.#emailsAllowed - 1);
        this.#policies = withEmails(this.#policies, this.#emailsAllowed);
        return;
      case 'pause':
        this.#paused.add(deed.channel);
        return void (await pauseSending(this.deps, deed.channel));
      case 'resume':
        this.#paused.delete(deed.channel);
        return void (await resumeSending(this.deps, deed.channel));
      case 'answer':
        providers[deed.channel].answers.push(deed.outcome);
    }
  }

  /** Lifts what is paused, and lets time run to each instant that is due, until nothing is pending. */
  async drain(): Promise<void> {
    for (const channel of this.#paused) await this.do({ kind: 'resume', channel });
    for (let round = 0; round < 40 * this.size; round += 1) {
      const due = await this.#unfinished();
      const [next] = due;
      if (next === undefined) return;
      this.deps.clock.set(Math.max(this.deps.clock.now(), next.due_at ?? 0));
      await this.#take(next.id);
    }
  }

  /** What did not hold, in sentences. Empty: all did. */
  async problems(): Promise<readonly string[]> {
    const messages = await this.#store.db
      .selectFrom('messages as m')
      .innerJoin('entries as e', 'e.id', 'm.entry_id')
      .select(['m.id', 'm.entry_id', 'm.state', 'm.class', 'm.channel', 'm.topic', 'm.priority', 'm.reason', 'm.attempts'])
      .where(
        'e.id',
        'in',
        this.#entries.map(({ id }) => id),
      )
      .execute();
    const problems: string[] = [];
    for (const { id } of await this.#unfinished()) problems.push(`Entry ${id} never ended.`);
    const byId = new Map(messages.map((message) => [message.id, message]));
    for (const { messageId } of this.#calls) if (!byId.has(messageId)) problems.push(`A call without a row in the ledger: ${messageId}.`);

    for (const message of messages) {
      const calls = this.#calls.filter(({ messageId }) => messageId === message.id);
      if (calls.length > message.attempts) problems.push(`${message.id}: ${calls.length} calls, ${message.attempts} attempts.`);
      const answered = ['accepted', 'delivered', 'unknown'].includes(message.state);
      if (message.channel === 'sms' && calls.length > 1 + (this.#refused.get(message.id) ?? 0))
        problems.push(`Text ${message.id} was submitted ${calls.length} times.`);
      if (message.class === 'transactional' && message.reason === 'frequency-cap')
        problems.push(`${message.id} is transactional and was capped.`);
      if (answered && calls.length === 0 && message.state !== 'unknown') problems.push(`${message.id} is ${message.state} without a call.`);
    }

    if (this.#emailsAllowed === mostEmails && !this.#hasCrashed && messages.every(({ attempts }) => attempts <= 1))
      problems.push(...(await this.#brokenPromises(messages.map(({ id }) => id))));

    const committed = messages
      .filter(({ class: messageClass, state }) => messageClass !== 'transactional' && countedAtEnd.has(state))
      .flatMap((message) => {
        const last = this.#calls.findLast(({ messageId }) => messageId === message.id);
        return last === undefined ? [] : [{ ...message, ...last }];
      })
      .toSorted((a, b) => a.order - b.order);
    for (const [index, one] of committed.entries())
      for (const rule of capRules(one.emailsAllowed)) {
        const { window, channels, limit } = rule;
        if (window.type !== 'rolling' || typeof limit !== 'number' || channels?.includes(one.channel) === false) continue;
        const used = committed
          .slice(0, index)
          .filter((other) => channels?.includes(other.channel) !== false && other.at > one.at - window.ms && other.at <= one.at).length;
        if (used + 1 > limit) problems.push(`Cap ${rule.id}: ${used + 1} of ${limit} at ${new Date(one.at).toISOString()}.`);
      }

    for (const call of this.#calls) {
      if (call.isPaused) problems.push(`${call.messageId} left during a pause.`);
      const isTransactional = byId.get(call.messageId)?.class === 'transactional';
      if (!isTransactional && this.#stopped.some(({ channel, order }) => channel === call.channel && order < call.order))
        problems.push(`${call.messageId} left after its address was suppressed.`);
      if (call.channel === 'sms' && !isTextHour(call.at)) problems.push(`A text left at ${new Date(call.at).toISOString()}.`);
    }
    return problems;
  }

  /**
   * A place that was granted under caps that did not change is there when its instant comes, as long as all others leave at theirs; a place
   * that was lost to another is told as outranked.
   */
  async #brokenPromises(ids: readonly string[]): Promise<readonly string[]> {
    const problems: string[] = [];
    let isAllOnTime = true;
    const verdicts = await this.#store.db
      .selectFrom('verdicts')
      .selectAll()
      .where('message_id', 'in', ['none', ...ids])
      .orderBy('message_id')
      .orderBy('seq')
      .execute();
    for (const [index, later] of verdicts.entries()) {
      const promise = verdicts[index - 1];
      if (promise?.message_id !== later.message_id || promise.decision !== 'defer') continue;
      if (later.decision === 'send' && later.at !== promise.until_at) isAllOnTime = false;
      if (later.at === promise.until_at && later.reason === 'frequency-cap')
        problems.push(`${later.message_id} was promised ${new Date(later.at).toISOString()}, and refused then.`);
    }
    return isAllOnTime ? problems : [];
  }

  #next(): number {
    this.#order += 1;
    return this.#order;
  }

  #entry(index: number): { readonly id: EntryId; readonly kind: Kind } {
    const entry = this.#entries[index % this.#entries.length];
    if (entry === undefined) throw new Error('The world is empty.');
    return entry;
  }

  async #turn(index: number): Promise<void> {
    await this.#take(this.#entry(index).id);
  }

  /** As a workflow does: inline, and over the channel's queue where the turn says so. */
  async #take(entryId: string): Promise<void> {
    const instruction = await takeTurn(this.deps, { v: 1, entryId, opset }, 'inline');
    if (instruction.kind === 'queued') await takeTurn(this.deps, { v: 1, entryId, opset }, 'queue');
  }

  /** The process dies between the commit of the first half and that of the second; the lease runs out. */
  async #crash(index: number, afterCall: boolean): Promise<void> {
    const { deps } = this;
    const { id } = this.#entry(index);
    const forecast = await forecastSend(deps, id);
    if (forecast.kind !== 'send') return;
    const { seen, plan } = forecast;
    const decided = await deps.store.transaction((trx) => runTurn(deps, trx, { seen, plan, settled: null, lane: 'send-here' }));
    if (decided.kind !== 'submit') return;
    if (afterCall) await callProvider(deps, decided.outgoing);
    this.#hasCrashed = true;
    await sql`update messages set lease_real = 0 where id = ${decided.messageId}`.execute(deps.store.db);
  }

  async #stop(channel: 'email' | 'sms'): Promise<void> {
    const { deps } = this;
    const address = channel === 'email' ? this.#person.email : this.#person.phone;
    const reason = channel === 'email' ? 'unsubscribed' : 'stopped';
    await deps.store.transaction((trx) => suppress(deps, trx, { channel, address, reason, code: null, at: deps.clock.now() }));
    this.#stopped.push({ channel, order: this.#next() });
  }

  #unfinished() {
    return this.#store.db
      .selectFrom('entries')
      .select(['id', 'due_at'])
      .where('state', '<>', 'finished')
      .where(
        'id',
        'in',
        this.#entries.map(({ id }) => id),
      )
      .orderBy(sql`due_at nulls first`)
      .orderBy('id')
      .execute();
  }
}

const countedAtEnd: ReadonlySet<string> = new Set(['submitting', 'accepted', 'delivered', 'bounced', 'failed', 'unknown']);

/** December in London: local time is UTC. */
function isTextHour(at: Instant): boolean {
  const ofDay = ((at % day) + day) % day;
  return ofDay >= 8 * hour && ofDay < 21 * hour;
}

function withEmails(policies: Policies, emails: number): Policies {
  return { ...policies, caps: { version: 1, rules: capRules(emails), ceilings: [] } };
}

function callProvider({ providers }: TurnDeps, outgoing: Outgoing): Promise<AttemptOutcome> {
  return outgoing.kind === 'email' ? providers.email.submit(outgoing) : providers.sms.submit(outgoing);
}
