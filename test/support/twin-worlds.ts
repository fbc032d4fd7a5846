import { sql } from 'kysely';
import { enrolDue } from '../../src/app/broadcasts/enrol-recipients.js';
import { startBroadcast } from '../../src/app/broadcasts/start-broadcast.js';
import { suppress } from '../../src/app/consent/suppress-address.js';
import { exitEntry } from '../../src/app/entries/exit-entry.js';
import { recordReceipt } from '../../src/app/inbound/record-receipt.js';
import { pauseJourney, pauseSending, resumeJourney, resumeSending } from '../../src/app/journeys/control-journeys.js';
import { sendMessage } from '../../src/app/messages/send-message.js';
import { LiveSegments } from '../../src/app/segments/live-segments.js';
import { fillSegments, reviewDuePeople } from '../../src/app/segments/tend-segments.js';
import { takeTurn } from '../../src/app/turn/take-turn.js';
import type { LiveSegment } from '../../src/definitions/segment/review.js';
import { cartIn } from '../../src/domain/events/subject.js';
import { secretsOf } from '../../src/domain/keys/secrets.js';
import { recipientDueAt } from '../../src/domain/messages/broadcast-pace.js';
import type { AttemptOutcome } from '../../src/domain/messages/message.js';
import type { RenderContext, RenderResult } from '../../src/domain/messages/rendering.js';
import type { Policies } from '../../src/domain/policy/policies.js';
import { day, hour, type Instant } from '../../src/domain/time/instant.js';
import type { EntryId, ProfileId } from '../../src/domain/values/ids.js';
import { enrolAheadRealMs } from '../../src/journey/broadcast.js';
import type { Condition } from '../../src/journey/conditions/condition.js';
import type { JourneyDefinition } from '../../src/journey/definition.js';
import type { LiveExperiment } from '../../src/journey/experiment.js';
import { askToLeave, pause, receive, resume } from '../../src/simulator/memory/deeds.js';
import { suppressAddress } from '../../src/simulator/memory/effects.js';
import { hear } from '../../src/simulator/memory/ingest.js';
import {
  enrolDue as enrolDueInMemory,
  nextEnrolment,
  sendOwnMessage,
  startBroadcast as startBroadcastInMemory,
} from '../../src/simulator/memory/own-sends.js';
import { Play } from '../../src/simulator/memory/play.js';
import { nextReview, putInForce, reviewDue } from '../../src/simulator/memory/segments.js';
import { Tables } from '../../src/simulator/memory/tables.js';
import type { Store } from '../../src/store/db.js';
import { addDefinitionVersion } from '../../src/store/definitions.js';
import { opset } from '../../workflows/contract.js';
import { experimentOf, putExperimentInForce } from './experiments.js';
import { shippedPolicies } from './policies.js';
import { shop } from './shop.js';
import { publishHead } from './templates.js';
import { cartJourney, HandClock, publish, send, type TurnDeps, take, turnDeps, waitStep } from './turns.js';
import {
  answerFor,
  beginning,
  emailOf,
  endAfterMs,
  type Names,
  namesOf,
  phoneOf,
  prefixOf,
  startAt,
  type TwinDeed,
  type TwinScript,
  toIncoming,
} from './twin-script.js';

const secret = 'a-secret-for-tests';

/** Reminders of a cart, more important; and a nudge after a product was looked at, which competes with them. */
export const twinJourneys: readonly JourneyDefinition[] = [
  cartJourney({
    steps: Object.fromEntries(
      [
        send('first', 'wait'),
        waitStep('wait', 'text', 4 * hour),
        send('text', 'rest', { channel: 'sms', deadlineMs: 20 * hour }),
        waitStep('rest', 'second', 20 * hour),
        send('second', null, { deadlineMs: 2 * day }),
      ].map((step) => [step.id, step]),
    ),
  }),
  cartJourney({
    id: 'viewed' as JourneyDefinition['id'],
    start: 'draw' as JourneyDefinition['start'],
    name: 'Viewed',
    priority: 30,
    topic: 'cart_reminder',
    trigger: { kind: 'event', event: 'product.viewed', where: null },
    entry: { key: { kind: 'profile' }, filters: [], reentry: { kind: 'interval', ms: day }, concurrency: 'reject' },
    catchUp: { kind: 'skip_step' },
    steps: Object.fromEntries(
      [
        {
          kind: 'experiment',
          id: 'draw',
          next: 'second',
          experiment: 'nudge',
          arms: [
            { arm: 'early', next: 'first' },
            { arm: 'late', next: 'listen' },
          ],
        } as unknown as JourneyDefinition['steps'][string],
        send('first', 'listen', { deadlineMs: 30 * hour }),
        {
          kind: 'wait_until',
          id: 'listen',
          next: null,
          branches: [{ id: 'filled', event: 'cart.updated', match: 'profile', where: null, next: 'second' }],
          timeoutMs: 12 * hour,
          onTimeout: 'second',
          lookback: 'none',
        } as unknown as JourneyDefinition['steps'][string],
        send('second', null, { onCapped: 'skip' }),
      ].map((step) => [step.id, step]),
    ),
  }),
  // By segments alone: it begins when a window of time ends, is ended and goes on by them, and asks about one.
  cartJourney({
    id: 'faded' as JourneyDefinition['id'],
    name: 'Faded',
    priority: 20,
    topic: 'cart_reminder',
    trigger: { kind: 'segment', way: 'left', id: 'lookers' },
    entry: {
      key: { kind: 'profile' },
      filters: [{ reason: 'elsewhere', condition: { kind: 'segment', id: 'londoners' } }],
      reentry: { kind: 'interval', ms: 2 * hour },
      concurrency: 'reject',
    },
    exits: [
      {
        id: 'bought',
        on: {
          kind: 'event',
          event: 'segment.entered',
          match: 'profile',
          where: { kind: 'event_property', path: 'segment', comparison: { op: 'is', value: 'buyers' } },
        },
        outcome: 'converted',
      },
    ],
    goals: [],
    steps: Object.fromEntries(
      [
        {
          kind: 'emit',
          id: 'tell',
          next: 'listen',
          event: 'Faded',
          properties: { zone: { kind: 'taken', from: { of: 'traits', path: 'timezone' } } },
        } as unknown as JourneyDefinition['steps'][string],
        {
          kind: 'wait_until',
          id: 'listen',
          next: null,
          branches: [
            {
              id: 'looks',
              event: 'segment.entered',
              match: 'profile',
              where: { kind: 'event_property', path: 'segment', comparison: { op: 'is', value: 'lookers' } },
              next: 'first',
            },
          ],
          timeoutMs: 30 * hour,
          onTimeout: 'second',
          lookback: 'none',
        } as unknown as JourneyDefinition['steps'][string],
        send('first', null, { onCapped: 'skip' }),
        send('second', null, { deadlineMs: 30 * hour, hourWithinMs: day }),
      ].map((step) => [step.id, step]),
    ),
    start: 'tell' as JourneyDefinition['start'],
  }),
  // By what another journey says alone.
  cartJourney({
    id: 'told' as JourneyDefinition['id'],
    name: 'Told',
    priority: 10,
    topic: 'cart_reminder',
    trigger: { kind: 'event', event: 'event:Faded', where: null },
    entry: { key: { kind: 'profile' }, filters: [], reentry: { kind: 'always' }, concurrency: 'reject' },
    exits: [],
    goals: [],
    steps: Object.fromEntries(
      [
        waitStep('rest', 'answer', hour),
        { kind: 'emit', id: 'answer', next: null, event: 'Told', properties: {} } as unknown as JourneyDefinition['steps'][string],
      ].map((step) => [step.id, step]),
    ),
    start: 'rest' as JourneyDefinition['start'],
  }),
];

/** Who bought or looked lately, and who is in London and did not buy: the last by asking about another. */
export const twinSegments: readonly LiveSegment[] = (
  [
    ['buyers', counted('order.paid', 20 * hour)],
    ['lookers', { kind: 'all', of: [counted('product.viewed', 5 * hour), { kind: 'not', of: { kind: 'segment', id: 'buyers' } }] }],
    [
      'londoners',
      {
        kind: 'all',
        of: [
          { kind: 'trait', name: 'timezone', comparison: { op: 'is', value: 'Europe/London' } },
          { kind: 'not', of: { kind: 'segment', id: 'buyers' } },
          { kind: 'consent', channel: 'email', topic: 'marketing', granted: true },
        ],
      },
    ],
  ] satisfies readonly (readonly [string, Condition])[]
).map(([id, who]) => ({ version: 1, definition: { id, name: id, description: null, who } }));

function counted(name: 'order.paid' | 'product.viewed', windowMs: number): Condition {
  return { kind: 'event_count', name, windowMs, comparison: { op: 'at_least', value: 1 } };
}

/** Draws by person; a fifth walks as if they were nudged early, and gets nothing. */
const nudge: LiveExperiment = {
  version: 1,
  definition: experimentOf({
    id: 'nudge',
    arms: [
      { id: 'early', weight: 0.4 },
      { id: 'late', weight: 0.4 },
      { id: 'none', weight: 0.2, holdoutOf: 'early' },
    ],
    control: 'late',
    segments: ['lookers', 'londoners'],
  }),
};

const policies: Policies = {
  ...shippedPolicies(),
  quietHours: { ...shippedPolicies().quietHours, openingJitterMs: 0 },
};

/** What a template of these journeys says: something, where there is something in the cart or none is asked for. */
function render(template: string, context: RenderContext): RenderResult {
  if (context.cart !== null && context.cart.lines.length === 0) return { kind: 'empty', problem: 'the cart has no lines' };
  if (template === 'text') return { kind: 'sms', body: 'Waiting', segments: 1, encoding: 'GSM-7', locale: 'en', contentHash: 'hash' };
  return { kind: 'email', subject: 'Still there', html: '<p>Waiting</p>', text: 'Waiting', locale: 'en', contentHash: 'hash' };
}

/** What the shop's own messages and broadcasts are sent by. */
const receipt = { id: 'receipt', channel: 'email', class: 'transactional', topic: 'orders', atMostOnce: false, requires: [] } as const;
const letter = { id: 'letter', channel: 'email', class: 'broadcast', topic: 'newsletter', atMostOnce: false, requires: [] } as const;

/** What a world tells of a run, in one shape. */
export interface Told {
  readonly entries: readonly unknown[];
  readonly trace: readonly unknown[];
  readonly messages: readonly unknown[];
  readonly exposures: readonly unknown[];
  readonly verdicts: readonly unknown[];
  /** Who came into a segment or left one, in the order in which a person's were told. */
  readonly places: readonly unknown[];
}

interface Twin {
  readonly do: (deed: TwinDeed, index: number) => Promise<void>;
  /** Takes every turn of this instant. */
  readonly settle: () => Promise<void>;
  readonly nextDue: () => Promise<Instant | null>;
  readonly setClock: (at: Instant) => void;
  readonly told: () => Promise<Told>;
}

/** Plays a script in a twin, on a stepped clock. */
async function play(twin: Twin, script: TwinScript): Promise<Told> {
  const deeds = script.deeds.map((deed, index) => ({ deed, index })).toSorted((a, b) => a.deed.after - b.deed.after || a.index - b.index);
  const until = startAt + endAfterMs;
  for (;;) {
    const [next] = deeds;
    const due = await twin.nextDue();
    const isDeed = next !== undefined && (due === null || startAt + next.deed.after <= due);
    const at = isDeed ? startAt + next.deed.after : due;
    if (at === null || at > until) return twin.told();
    twin.setClock(at);
    if (isDeed) {
      deeds.shift();
      await twin.do(next.deed, next.index);
    }
    await twin.settle();
  }
}

export async function playInMemory(run: number, script: TwinScript): Promise<Told> {
  return play(memoryTwin(namesOf(run), script), script);
}

export async function playInStore(store: Store, run: number, script: TwinScript): Promise<Told> {
  return play(await storeTwin(store, namesOf(run), script), script);
}

// ── in memory ──

function memoryTwin({ run, newId }: Names, script: TwinScript): Twin {
  const tables = new Tables();
  tables.experiments.set(nudge.definition.id, nudge);
  for (const definition of twinJourneys)
    tables.journeys.set(definition.id, { id: definition.id, version: 1, state: 'active', pausedAt: null, definition });
  const needs = { secret: secretsOf(secret), policies: { current: () => policies }, shop, newId };
  const player = new Play(
    tables,
    {
      hearing: needs,
      policies,
      shop,
      secret: secretsOf(secret),
      render,
      answer: (_world, { messageId }, n) => answerFor(script, messageId, n),
      lookForOrder: () => ({ kind: 'not-asked' }),
    },
    startAt - day,
  );
  putInForce(tables, needs, twinSegments, startAt - day);
  for (const one of beginning(run)) hear(tables, needs, one.event);
  const profileOf = (who: string): ProfileId => tables.identities.get(`user:${prefixOf(run)}${who}`)!.profileId;
  const deeds = {
    event: (deed: Extract<TwinDeed, { kind: 'event' }>, index: number) => void hear(tables, needs, toIncoming(run, index, deed).event),
    pause: ({ scope }: Extract<TwinDeed, { kind: 'pause' | 'resume' }>) => pause(tables, scopeOf(scope), player.at),
    resume: ({ scope }: Extract<TwinDeed, { kind: 'pause' | 'resume' }>) => resume(tables, scopeOf(scope), player.at),
    exit: ({ of }: Extract<TwinDeed, { kind: 'exit' }>) => {
      const id = pick([...tables.entries.keys()].sort(), of);
      if (id !== undefined) askToLeave(tables, id, 'by-request', player.at);
    },
    stop: ({ who, channel }: Extract<TwinDeed, { kind: 'stop' }>) =>
      suppressAddress(tables, channel, channel === 'email' ? emailOf(run, who) : phoneOf(run, who), stopReason(channel)),
    message: ({ who }: Extract<TwinDeed, { kind: 'message' }>) => {
      const id = newId() as EntryId;
      const message = { template: receipt.id, data: {}, topic: null, priority: null, deadline: null };
      sendOwnMessage(tables, policies, { template: receipt, message, profileId: profileOf(who) }, { id, now: player.at });
    },
    broadcast: ({ to, overMs }: Extract<TwinDeed, { kind: 'broadcast' }>) => {
      const timing = { startsAt: null, overMs, deadline: null };
      const recipients = [...new Set(to.map(profileOf))];
      const asked = { id: newId(), name: 'Letter', template: letter, timing, priority: null, data: {}, to: recipients };
      startBroadcastInMemory(tables, policies, asked, player.at);
    },
    receipt: ({ of, status }: Extract<TwinDeed, { kind: 'receipt' }>) => {
      const id = pick(
        [...tables.messages.values()]
          .filter(({ attempts }) => attempts.length > 0)
          .map((message) => message.id)
          .sort(),
        of,
      );
      const message = id === undefined ? undefined : tables.messages.get(id);
      if (id === undefined || message === undefined) return;
      const { content } = message;
      if (status === 'complained' && content?.outgoing.kind === 'email')
        suppressAddress(tables, 'email', content.outgoing.to.address, 'complained');
      receive(tables, needs, id, status, player.at);
    },
  };
  return {
    do: async (deed, index) => (deeds[deed.kind] as (deed: TwinDeed, index: number) => void)(deed, index),
    settle: async () => {
      reviewDue(tables, needs, player.at);
      enrolDueInMemory(tables, player.at, newId);
      player.settle();
    },
    nextDue: async () => earliest([player.nextDue(), nextReview(tables), nextEnrolment(tables)]),
    setClock: (at) => void (player.at = at),
    told: async () => ({
      entries: [...tables.entries.values()].toSorted(byId).map((entry) => ({
        id: entry.id,
        journey: entry.journeyId,
        profile: entry.profileId,
        key: entry.entryKey,
        cart: cartIn(entry.about),
        state: entry.state,
        activity: entry.activity,
        outcome: entry.outcome,
        reason: entry.outcomeReason,
        createdAt: entry.createdAt,
        enteredAt: entry.enteredAt,
        finishedAt: entry.finishedAt,
        dueAt: entry.dueAt,
      })),
      trace: [...tables.entries.keys()]
        .sort()
        .flatMap((id) =>
          tables.trace
            .filter(({ entryId }) => entryId === id)
            .map(({ line }) => ({ entry: id, at: line.at, step: line.step, kind: line.kind, text: line.text })),
        ),
      messages: [...tables.messages.values()]
        .toSorted(byId)
        .map(({ id, entryId, step, visit, channel, state, reason, slotAt, attempts }) => ({
          id,
          entry: entryId,
          step,
          visit,
          channel,
          state,
          reason,
          slotAt,
          attempts: attempts.length,
        })),
      exposures: [...tables.kept.values()]
        .filter(({ table }) => table === 'exposures')
        .map(({ profileId, values: { experiment, unit, arm, segment, at } }) => ({
          profile: profileId,
          experiment,
          unit,
          arm,
          segment,
          at,
        }))
        .toSorted(byUnit),
      verdicts: [...tables.messages.keys()].sort().flatMap((id) =>
        tables.verdicts.where('message', id).map(({ at, verdict }) => ({
          message: id,
          at,
          decision: verdict.kind,
          reason: verdict.kind === 'send' ? null : verdict.reason,
          until: verdict.kind === 'defer' ? verdict.until : null,
        })),
      ),
      places: [...tables.facts.values()]
        .filter(({ name }) => name.startsWith('segment.'))
        .map(({ profileId, name, at, properties }) => ({ profile: profileId, name, at, segment: properties['segment'] }))
        .toSorted((a, b) => (a.profile < b.profile ? -1 : a.profile > b.profile ? 1 : 0)),
    }),
  };
}

// ── in the store ──

/** The journeys, once for a store. */
export async function prepareTwinStore(store: Store): Promise<void> {
  for (const definition of twinJourneys) await publish(store, definition);
  for (const head of [receipt, letter]) await publishHead(store, head);
  for (const { definition, version } of twinSegments)
    await addDefinitionVersion(store.db as never, {
      kind: 'segment',
      id: definition.id,
      version,
      source: '',
      definition: { ...definition },
      hash: '',
      note: null,
      publishedAt: startAt - 2 * day,
    });
  const clock = new HandClock(startAt - 2 * day);
  await fillSegments(turnDeps(store, { clock }));
  await sql`update segment_fills set finished_at = ${startAt - 2 * day}`.execute(store.db);
  await putExperimentInForce(store, nudge);
}

async function storeTwin(store: Store, { run, newId }: Names, script: TwinScript): Promise<Twin> {
  const clock = new HandClock(startAt - day);
  const segments = new LiveSegments();
  await segments.refresh(store.db);
  const deps: TurnDeps = turnDeps(store, {
    clock,
    newId,
    segments,
    policies: { current: () => policies },
    renderer: { render: async (template, _version, context) => ({ ...render(template, context), templateVersion: 1, atMostOnce: false }) },
  });
  const attempts = new Map<string, number>();
  for (const channel of ['email', 'sms'] as const)
    Object.assign(deps.providers[channel], {
      submit: async ({ messageId }: { readonly messageId: string }): Promise<AttemptOutcome> => {
        const n = (attempts.get(messageId) ?? 0) + 1;
        attempts.set(messageId, n);
        return answerFor(script, messageId, n);
      },
    });
  for (const scope of ['all', 'email', 'sms'] as const) await resumeSending(deps, scope);
  for (const { id } of twinJourneys) await resumeJourney(deps, id);
  // Those of other runs are over.
  await sql`update broadcasts set state = 'finished'`.execute(store.db);
  for (const one of beginning(run)) await take(deps, one);
  const like = `${prefixOf(run)}%`;
  const idsOf = async (query: ReturnType<typeof sql<{ readonly id: string }>>): Promise<readonly string[]> =>
    (await query.execute(store.db)).rows.map(({ id }) => id);

  const deeds = {
    event: (deed: Extract<TwinDeed, { kind: 'event' }>, index: number) => take(deps, toIncoming(run, index, deed)),
    pause: ({ scope }: Extract<TwinDeed, { kind: 'pause' | 'resume' }>) =>
      isSwitch(scope) ? pauseSending(deps, scope) : pauseJourney(deps, scope),
    resume: ({ scope }: Extract<TwinDeed, { kind: 'pause' | 'resume' }>) =>
      isSwitch(scope) ? resumeSending(deps, scope) : resumeJourney(deps, scope),
    exit: async ({ of }: Extract<TwinDeed, { kind: 'exit' }>) => {
      const id = pick(await idsOf(sql`select id from entries where id like ${like} order by id collate "C"`), of);
      if (id !== undefined) await exitEntry(deps, id, 'by-request');
    },
    stop: ({ who, channel }: Extract<TwinDeed, { kind: 'stop' }>) => {
      const address = channel === 'email' ? emailOf(run, who) : phoneOf(run, who);
      return store.transaction((trx) =>
        suppress(deps, trx, { channel, address, reason: stopReason(channel), code: null, at: clock.now() }),
      );
    },
    message: async ({ who }: Extract<TwinDeed, { kind: 'message' }>, index: number) => {
      const request = { template: receipt.id, data: {}, topic: null, priority: null, deadline: null };
      await sendMessage(deps, { ...request, to: { userId: `${prefixOf(run)}${who}` } }, `${prefixOf(run)}${index}`);
    },
    broadcast: async ({ to, overMs }: Extract<TwinDeed, { kind: 'broadcast' }>) => {
      const ids = to.map((who) => `${prefixOf(run)}${who}`);
      const request = { name: 'Letter', template: letter.id, to: { by: 'user', ids }, data: {}, startsAt: null } as const;
      await startBroadcast(deps, { ...request, overMs, deadline: null, priority: null }, null);
    },
    receipt: async ({ of, status }: Extract<TwinDeed, { kind: 'receipt' }>) => {
      const id = pick(await idsOf(sql`select id from messages where entry_id like ${like} and attempts > 0 order by id collate "C"`), of);
      if (id !== undefined) await recordReceipt(deps, id, { provider: 'scripted', providerId: `p-${id}`, status, code: null, to: null });
    },
  };
  /** Entries that somebody is to look at: poked, or due. A poke that finds nothing to do only ensures a run. */
  const settle = async (): Promise<void> => {
    await reviewDuePeople(deps);
    await enrolDue(deps);
    for (;;) {
      const needs = sql`(e.due_at <= ${clock.now()} and e.activity <> 'held') or (e.poke_real <= real_now_ms() + 60000 and (e.due_at <= ${clock.now()}
        or exists (select 1 from entry_inputs i where i.entry_id = e.id and i.consumed_at is null)))`;
      const [id] = await idsOf(
        sql`select id from entries e where id like ${like} and state <> 'finished' and (${needs}) order by id collate "C" limit 1`,
      );
      if (id === undefined) break;
      const instruction = await takeTurn(deps, { v: 1, entryId: id, opset }, 'inline');
      if (instruction.kind === 'queued') await takeTurn(deps, { v: 1, entryId: id, opset }, 'queue');
    }
    await sql`update entries set poke_real = ${startAt + 30 * day} where id like ${like} and poke_real <= real_now_ms() + 60000`.execute(
      store.db,
    );
  };
  return {
    do: async (deed, index) => void (await (deeds[deed.kind] as (deed: TwinDeed, index: number) => Promise<unknown>)(deed, index)),
    settle,
    nextDue: async () => {
      const { rows } = await sql<{ readonly at: number | null }>`select min(due_at) as at from entries
        where id like ${like} and state <> 'finished' and activity <> 'held'`.execute(store.db);
      const running = await sql<{ readonly at: number; readonly over: number; readonly total: number; readonly enrolled: number }>`
        select starts_at as at, (settings ->> 'overMs')::bigint as over, total, enrolled from broadcasts
        where id like ${like} and state = 'running' and enrolled < total`.execute(store.db);
      const enrolments = running.rows.map(({ at, over, total, enrolled }) =>
        Math.max(at, recipientDueAt({ startsAt: at, overMs: over, total }, enrolled) - enrolAheadRealMs),
      );
      const reviews = await sql<{ readonly at: number | null }>`
        select min(due_at) as at from segment_reviews where profile_id like ${like}`.execute(store.db);
      return earliest([rows[0]?.at ?? null, reviews.rows[0]?.at ?? null, ...enrolments]);
    },
    setClock: (at) => clock.set(at),
    told: () => readTold(store, like),
  };
}

async function readTold(store: Store, like: string): Promise<Told> {
  const rows = async (query: ReturnType<typeof sql<Readonly<Record<string, unknown>>>>) =>
    (await query.execute(store.db)).rows.map((row) => ({ ...row }));
  return {
    entries:
      await rows(sql`select id, journey_id as journey, profile_id as profile, entry_key as key, cart_id as cart, state, activity, outcome, outcome_reason as reason,
      created_at as "createdAt", entered_at as "enteredAt", finished_at as "finishedAt", due_at as "dueAt" from entries where id like ${like} order by id collate "C"`),
    trace: await rows(
      sql`select entry_id as entry, at, step, kind, text from trace where entry_id like ${like} order by entry_id collate "C", seq`,
    ),
    messages: await rows(
      sql`select id, entry_id as entry, step, visit, channel, state, reason, slot_at as "slotAt", attempts from messages where entry_id like ${like} order by id collate "C"`,
    ),
    exposures: (
      await rows(sql`select profile_id as profile, experiment, unit, arm, segment, at from exposures where entry_id like ${like}`)
    ).toSorted(byUnit),
    verdicts:
      await rows(sql`select v.message_id as message, v.at, v.decision, v.reason, v.until_at as until from verdicts v join messages m on m.id = v.message_id
      where m.entry_id like ${like} order by v.message_id collate "C", v.seq`),
    places: await rows(sql`select profile_id as profile, name, at, properties ->> 'segment' as segment from facts
      where profile_id like ${like} and name like 'segment.%' order by profile_id collate "C", seq`),
  };
}

// ── what both share ──

function earliest(instants: readonly (Instant | null)[]): Instant | null {
  const known = instants.filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function isSwitch(scope: string): scope is 'all' | 'email' | 'sms' {
  return scope === 'all' || scope === 'email' || scope === 'sms';
}

function scopeOf(scope: string): 'all' | 'email' | 'sms' | { readonly journey: string } {
  return isSwitch(scope) ? scope : { journey: scope };
}

function stopReason(channel: 'email' | 'sms'): 'unsubscribed' | 'stopped' {
  return channel === 'email' ? 'unsubscribed' : 'stopped';
}

function pick<Id>(ids: readonly Id[], of: number): Id | undefined {
  return ids.length === 0 ? undefined : ids[of % ids.length];
}

function byUnit(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): number {
  return String(a['unit']) < String(b['unit']) ? -1 : 1;
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}
