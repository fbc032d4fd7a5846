import { sql } from 'kysely';
import type { AppDeps } from '../../src/app/deps.js';
import { freezeInternal } from '../../src/app/journeys/internal-journeys.js';
import { type Forecast, forecastSend } from '../../src/app/turn/plan-send.js';
import { runTurn } from '../../src/app/turn/run-turn.js';
import { capsFor, widestCapMs } from '../../src/domain/gate/caps-for.js';
import { earliestSlot } from '../../src/domain/gate/earliest-slot.js';
import { frequencyCaps } from '../../src/domain/gate/frequency-cap.js';
import { ledgerOf } from '../../src/domain/gate/ledger.js';
import type { Renderer } from '../../src/domain/messages/rendering.js';
import { day, hour } from '../../src/domain/time/instant.js';
import type { EntryId, MessageId, ProfileId } from '../../src/domain/values/ids.js';
import { newEntryState } from '../../src/journey/engine.js';
import { messageJourney } from '../../src/journey/internal.js';
import { type Db, openStore, type Store } from '../../src/store/db.js';
import { writeOpened } from '../../src/store/entries.js';
import { selectLedger } from '../../src/store/ledger-read.js';
import { writeMessage } from '../../src/store/messages.js';
import { inOneTrip } from '../../src/store/one-trip.js';
import { writeTogether, writeWithNext } from '../../src/store/write-together.js';
import type { NewMessage } from '../../src/turn/effects.js';
import { buildApp } from './app.js';
import { type Comparison, closedLoop, interleave, type Round, ratioOf, type Side } from './measure.js';
import type { Plan } from './plan.js';
import type { StorePlaces } from './store-place.js';

/** `turn`: all that a turn does to reserve. `ledger`: only the ledger's part of it. `bare`: what no cap can do without. */
type ReservationSide = 'turn' | 'ledger' | 'bare';

export interface ReservationResult {
  /** By how many rows the ledger held. */
  readonly byRows: Readonly<Record<string, ReservationComparison>>;
  /** Milliseconds a reservation in the largest ledger to those in the smallest. */
  readonly growth: number;
}

export interface ReservationComparison {
  readonly perSecond: Readonly<Record<ReservationSide, number>>;
  readonly cpuMs: Comparison<ReservationSide>['cpuMs'];
  /** Time of one of ours to time of one bare. */
  readonly turnToBare: number;
  readonly ledgerToBare: number;
}

const callers = 4;
const rowsPerPerson = 10;

/**
 * A reservation (the turn that asks the gate and takes its place in the ledger, one transaction) against what no cap can do without on the
 * same server: lock the person, count, insert. Each person has ten messages in the ledger, however many people there are.
 */
export async function benchReservations(
  places: StorePlaces,
  smtpUrl: string,
  plan: Plan,
  say: (line: string) => void,
): Promise<ReservationResult> {
  const store = await openStore({ ...(await places.make()), pool: callers });
  try {
    const { deps: built } = await buildApp(store, { smtpUrl, journeys: [], templates: [] });
    const deps: AppDeps = { ...built, renderer: ready };
    const definition = messageJourney({
      template: 'cart-reminder-1',
      channel: 'email',
      class: 'marketing',
      topic: 'cart_reminder',
      priority: 50,
    });
    await store.transaction((trx) => freezeInternal(trx, definition, deps.clock.now()));
    const byRows: Record<string, ReservationComparison> = {};
    let people = 0;
    for (const rows of plan.ledgerRows) {
      await growLedger(store.db, { from: people, to: rows / rowsPerPerson, at: deps.clock.now() });
      people = rows / rowsPerPerson;
      const turn = new Reserving(deps, definition.id, people);
      const ledger: Side = { run: (seconds) => closedLoop({ inFlight: callers, seconds }, () => reserveInLedger(deps, people)) };
      const bare: Side = { run: (seconds) => closedLoop({ inFlight: callers, seconds }, () => reserveBare(store, people)) };
      const compared = await interleave<ReservationSide>({ turn, ledger, bare }, plan.reservations, (name, { rate }) =>
        say(`reservations, ${rows} rows in the ledger, ${name}: ${rate.toFixed(0)}/s`),
      );
      byRows[rows] = {
        perSecond: compared.rates,
        cpuMs: compared.cpuMs,
        turnToBare: 1 / ratioOf(compared, 'turn', 'bare'),
        ledgerToBare: 1 / ratioOf(compared, 'ledger', 'bare'),
      };
    }
    const rates = Object.values(byRows).map(({ perSecond }) => perSecond.turn);
    return { byRows, growth: (rates[0] ?? Number.NaN) / (rates.at(-1) ?? Number.NaN) };
  } finally {
    await store.close();
  }
}

/** People, a consent each, and ten messages each over the last weeks; the same rows once more without all that ours carries. */
async function growLedger(db: Db, { from, to, at }: { readonly from: number; readonly to: number; readonly at: number }): Promise<void> {
  const numbers = sql`generate_series(${from}::int, ${to - 1}::int) as n`;
  await sql`insert into profiles (id, traits, email, created_at, updated_at)
    select 'person-' || n, '{"timezone":"Europe/London"}', 'person-' || n || '@example.test', ${at}, ${at} from ${numbers}`.execute(db);
  await sql`insert into consents (profile_id, channel, topic, state, occurred_at, recorded_at, method, source)
    select 'person-' || n, 'email', 'marketing', 'granted', ${at - 20 * day}, ${at}, 'form', 'bench' from ${numbers}`.execute(db);
  await sql`insert into messages (id, origin, profile_id, channel, class, topic, priority, template, state, slot_at, deadline_at, submitted_at, accepted_at, created_at, updated_at)
    select 'message-' || n || '-' || k, 'journey', 'person-' || n, 'email', 'marketing', 'cart_reminder', 50, 'cart-reminder-1', 'delivered',
      ${at - 13 * hour} - k * ${4 * day}::bigint, ${at}, ${at}, ${at}, ${at}, ${at}
    from ${numbers}, generate_series(0, ${rowsPerPerson - 1}) as k`.execute(db);
  await sql`create table if not exists bare_person (id text primary key)`.execute(db);
  await sql`create table if not exists bare_ledger (id text primary key, person text not null, slot_at bigint not null)`.execute(db);
  await sql`create index if not exists bare_ledger_person on bare_ledger (person, slot_at desc)`.execute(db);
  await sql`insert into bare_person select 'person-' || n from ${numbers}`.execute(db);
  await sql`insert into bare_ledger select 'message-' || n || '-' || k, 'person-' || n, ${at - 13 * hour} - k * ${4 * day}::bigint
    from ${numbers}, generate_series(0, ${rowsPerPerson - 1}) as k`.execute(db);
  await sql`analyze`.execute(db);
}

/** What is measured begins when the message is ready. */
const ready: Renderer = {
  render: async () => ({
    kind: 'email',
    subject: 'Still there',
    html: '<p>It is.</p>',
    text: 'It is.',
    locale: 'en',
    contentHash: 'hash',
    templateVersion: 1,
    atMostOnce: false,
  }),
};

let made = 0;

async function reserveBare(store: Store, people: number): Promise<number> {
  const person = `person-${Math.floor(Math.random() * people)}`;
  await store.transaction(async (trx) => {
    await sql`select id from bare_person where id = ${person} for update`.execute(trx);
    await sql`select count(*) from bare_ledger where person = ${person} and slot_at > ${Date.now() - 7 * day}`.execute(trx);
    made += 1;
    await sql`insert into bare_ledger (id, person, slot_at) values (${`reserved-${made}`}, ${person}, ${Date.now()})`.execute(trx);
  });
  return 1;
}

/** Lock the person, read their messages, ask the caps, write the message: the turn's way, without what else a turn reads and writes. */
async function reserveInLedger(deps: AppDeps, people: number): Promise<number> {
  const id = `person-${Math.floor(Math.random() * people)}` as ProfileId;
  const policies = deps.policies.current();
  await deps.store.transaction(async (trx) => {
    const since = deps.clock.now() - widestCapMs(policies.caps);
    const [, rows] = await inOneTrip(
      trx,
      sql`select last_instant from profiles where id = ${id} for update`,
      selectLedger({ profileId: id, addressHashes: [] }, since),
    );
    const at = deps.clock.now();
    made += 1;
    const message: NewMessage = { ...likeAll, id: `reserved-${made}` as MessageId, profileId: id, deadlineAt: at + 4 * hour };
    const request = {
      messageId: message.id,
      channel: 'email',
      class: 'marketing',
      topic: message.topic,
      priority: 50,
      at,
      deadlineAt: at + 4 * hour,
      onCapped: 'defer',
    } as const;
    const slots = ledgerOf(policies.classes, rows, message.id);
    const caps = capsFor(
      policies,
      { tier: 'new', topicMultiplier: 1, fatigueMultiplier: 1, chosen: null, timeZone: 'Europe/London' },
      request,
    );
    const decision = earliestSlot(request, slots, frequencyCaps(request, { caps, ledger: slots }));
    const standing = {
      state: decision.kind === 'skip' ? 'skipped' : 'reserved',
      reason: null,
      slotAt: decision.kind === 'defer' ? decision.until : at,
      at,
    } as const;
    await writeWithNext(trx, { messages: writeMessage(message, standing) });
  });
  return 1;
}

const likeAll = {
  origin: 'api',
  entryId: null,
  journeyId: null,
  version: null,
  step: null,
  visit: null,
  channel: 'email',
  class: 'marketing',
  topic: 'cart_reminder',
  priority: 50,
  template: 'cart-reminder-1',
} as const;

type Ready = Extract<Forecast, { readonly kind: 'send' }>;

/** Entries whose message is due, looked at and rendered; what is measured is the transaction that reserves. */
class Reserving implements Side {
  readonly #deps: AppDeps;
  readonly #journeyId: ReturnType<typeof messageJourney>['id'];
  readonly #people: number;
  readonly #ready: Ready[] = [];
  #bestRate = 1_000;

  constructor(deps: AppDeps, journeyId: ReturnType<typeof messageJourney>['id'], people: number) {
    this.#deps = deps;
    this.#journeyId = journeyId;
    this.#people = people;
  }

  async prepare(seconds: number): Promise<void> {
    const deps = this.#deps;
    const wanted = Math.ceil(this.#bestRate * seconds * 1.5) - this.#ready.length;
    const at = deps.clock.now();
    const rows = Array.from({ length: Math.max(0, wanted) }, () => ({
      id: deps.newId() as EntryId,
      journeyId: this.#journeyId,
      version: 1,
      profileId: `person-${Math.floor(Math.random() * this.#people)}` as ProfileId,
      entryKey: deps.newId(),
      dueAt: at,
      createdAt: at,
      state: newEntryState({ at, trigger: {} }),
    }));
    for (let start = 0; start < rows.length; start += 500)
      await deps.store.transaction(
        async (trx) => void (await writeTogether(trx, { entries: writeOpened(rows.slice(start, start + 500), 3_600_000) })),
      );
    for (const { id } of rows) {
      const forecast = await forecastSend(deps, id);
      if (forecast.kind !== 'send') throw new Error(`Entry ${id} has nothing to send: ${forecast.kind}.`);
      this.#ready.push(forecast);
    }
  }

  async run(seconds: number): Promise<Round> {
    const round = await closedLoop({ inFlight: callers, seconds }, () => this.#reserve());
    this.#bestRate = Math.max(this.#bestRate, round.rate);
    return round;
  }

  async #reserve(): Promise<number> {
    const deps = this.#deps;
    const next = this.#ready.pop();
    if (next === undefined) throw new Error('More was reserved than was made ready.');
    const plan = { ...next.plan, lookedAt: performance.now() };
    await deps.store.transaction((trx) => runTurn(deps, trx, { seen: next.seen, plan, settled: null, lane: 'queue-first' }));
    return 1;
  }
}
