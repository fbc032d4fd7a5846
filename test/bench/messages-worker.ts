import { createActivities } from '../../activities/index.js';
import { ingestEvents } from '../../src/app/ingest/ingest-events.js';
import { takeTurn } from '../../src/app/turn/take-turn.js';
import { ourselves } from '../../src/domain/keys/speaker.js';
import { type EntryId, entryWorkflowId, type JourneyId } from '../../src/domain/values/ids.js';
import { openStore, type Store } from '../../src/store/db.js';
import { connectTemporal, type TemporalConnection } from '../../src/temporal/connection.js';
import { type Relay, startRelay } from '../../src/temporal/relay.js';
import { installRuntime } from '../../src/temporal/runtime.js';
import { startWorkers, type Workers } from '../../src/temporal/worker.js';
import { journeysTaskQueue } from '../../workflows/contract.js';
import { type BenchApp, buildApp } from './app.js';
import { answerParent } from './child.js';
import { closedLoop, type Round } from './measure.js';
import type { StorePlace } from './store-place.js';

export interface MessagesSetup {
  readonly store: StorePlace;
  readonly temporal: { readonly address: string; readonly namespace: string };
  /** File with the bundle of `workflows.ts`. */
  readonly bundle: string;
  /** Mail is not signed here, as with the local mailbox; what signing costs is measured with emails. */
  readonly smtpUrl: string;
}

export type MessagesSide = 'journey' | 'bareNormal' | 'bareLocal';

/** As many as a small shop's single process would have under way. */
const inFlight = 50;
const journeyId = 'bench' as JourneyId;

/** An email at once, then the end; an order would end it before, as in every journey of a cart. */
const journey = `journey: ${journeyId}
name: One email
class: marketing
topic: cart_reminder
trigger: { event: { name: cart.updated } }
entry:
  key: cart
  filters:
    - identified: true
    - cart: { state: { is: open } }
      reason: ordered
  reentry: { interval: P7D }
  concurrency: merge
exits:
  - { on: order.paid, outcome: converted }
steps:
  - send: { id: reminder, channel: email, template: cart-reminder-1, deadline: PT4H }
`;

/** All that a process with the roles relay and worker is made of: store, poke loop, workers, mail; and who waits for the results. */
class Messages {
  readonly #store: Store;
  readonly #app: BenchApp;
  readonly #connection: TemporalConnection;
  readonly #workers: Workers;
  readonly #began = new Map<string, () => void>();
  readonly #ready: string[] = [];
  #relay: Relay | null = null;
  #releasing: { ids: string[]; done: Promise<void> } | null = null;
  #people = 0;
  #bare = 0;
  #statements = 0;

  private constructor(store: Store, app: BenchApp, connection: TemporalConnection, workers: Workers) {
    this.#store = store;
    this.#app = app;
    this.#connection = connection;
    this.#workers = workers;
  }

  static async start(setup: MessagesSetup): Promise<Messages> {
    const count = { statement: (): void => {} };
    const store = await openStore({ ...setup.store, onQuery: () => count.statement() });
    const app = await buildApp(store, { smtpUrl: setup.smtpUrl, journeys: [journey], templates: ['cart-reminder-1'] });
    installRuntime({ log: app.deps.log });
    const connection = await connectTemporal(setup.temporal);
    const began: { tell: (entryId: string) => void } = { tell: () => {} };
    const workers = await startWorkers({
      connection,
      log: app.deps.log,
      bundle: { codePath: setup.bundle },
      activities: createActivities({
        takeTurn: async (input, lane) => {
          if (input.entryId === 'no-op') return { kind: 'finished', outcome: 'completed' };
          began.tell(input.entryId);
          return takeTurn(app.deps, input, lane);
        },
        takeBatchTurn: () => Promise.reject(new Error('The bench of messages has no broadcast.')),
        onFault: (turn, fault) => app.deps.log.error({ turn, ...fault }, 'A turn of the bench failed.'),
      }),
    });
    const messages = new Messages(store, app, connection, workers);
    count.statement = () => void (messages.#statements += 1);
    began.tell = (entryId) => messages.#tellBegan(entryId);
    return messages;
  }

  /** Makes entries that are due at once, by real events, until so many are there; the poke loop sees them when they are released. */
  async seed(atLeast: number): Promise<void> {
    const { deps } = this.#app;
    const people = Math.max(0, atLeast - this.#ready.length);
    const held: Store = {
      ...this.#store,
      transaction: (work) =>
        this.#store.transaction(async (trx) => {
          const result = await work(trx);
          await trx
            .updateTable('entries')
            .set({ poke_real: null })
            .where('poke_real', 'is not', null)
            .where('run_started', '=', false)
            .execute();
          return result;
        }),
    };
    const perChunk = 12;
    for (let done = 0; done < people; done += perChunk) {
      const events = Array.from({ length: Math.min(perChunk, people - done) }, () => eventsOf(++this.#people, deps.clock.now())).flat();
      await ingestEvents({ ...deps, store: held, notifyRelay: () => {} }, events, []);
    }
    const rows = await this.#store.db
      .selectFrom('entries')
      .select('id')
      .where('run_started', '=', false)
      .where('state', '=', 'armed')
      .orderBy('id')
      .execute();
    this.#ready.splice(0, this.#ready.length, ...rows.map(({ id }) => id));
  }

  async run(side: MessagesSide, seconds: number): Promise<Round & { readonly statements: number }> {
    const statements = this.#statements;
    if (side === 'journey') {
      this.#relay = startRelay({
        store: this.#store,
        clock: this.#app.deps.clock,
        log: this.#app.deps.log,
        connection: () => this.#connection,
        hasWorker: true,
      });
      this.#app.notifyRelay = () => this.#relay?.notify();
      const round = await closedLoop({ inFlight, seconds }, () => this.#oneMessage());
      await this.#relay.stop();
      return { ...round, statements: (this.#statements - statements) / Math.max(1, round.all) };
    }
    const round = await closedLoop({ inFlight, seconds }, () => this.#oneBare(side));
    return { ...round, statements: 0 };
  }

  /** Event types of one finished run. */
  async history(): Promise<readonly string[]> {
    const { id } = await this.#store.db
      .selectFrom('entries')
      .select('id')
      .where('state', '=', 'finished')
      .limit(1)
      .executeTakeFirstOrThrow();
    const history = await this.#connection.client.workflow.getHandle(entryWorkflowId(journeyId, id as EntryId)).fetchHistory();
    return (history.events ?? []).map(({ eventType }) => String(eventType));
  }

  /** Messages that a mail server accepted, as the ledger says. */
  async accepted(): Promise<number> {
    const row = await this.#store.db
      .selectFrom('messages')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('state', '=', 'accepted')
      .executeTakeFirstOrThrow();
    return row.n;
  }

  async stop(): Promise<void> {
    await this.#workers.stop();
    await this.#connection.close();
    await Promise.all([this.#app.deps.providers.email.close(), this.#app.deps.providers.sms.close()]);
    await this.#store.close();
  }

  /** From the row that is due, by the poke loop, to the result of its workflow. */
  async #oneMessage(): Promise<number> {
    const entryId = this.#ready.shift();
    if (entryId === undefined) throw new Error('No entry is left: seed more.');
    const began = new Promise<void>((resolve) => this.#began.set(entryId, resolve));
    await this.#release(entryId);
    await began;
    await this.#connection.client.workflow.getHandle(entryWorkflowId(journeyId, entryId as EntryId)).result();
    return 1;
  }

  async #oneBare(type: 'bareNormal' | 'bareLocal'): Promise<number> {
    await this.#connection.client.workflow.execute(type, {
      workflowId: `bare/${process.pid}/${++this.#bare}`,
      taskQueue: journeysTaskQueue,
      requestEagerStart: true,
    });
    return 1;
  }

  /** Those that end together are followed by others together: one statement, as events of a batch would. */
  #release(entryId: string): Promise<void> {
    if (this.#releasing !== null) {
      this.#releasing.ids.push(entryId);
      return this.#releasing.done;
    }
    const ids = [entryId];
    const done = new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
      this.#releasing = null;
      await this.#store.db.updateTable('entries').set({ poke_real: Date.now() }).where('id', 'in', ids).execute();
      this.#relay?.notify();
    });
    this.#releasing = { ids, done };
    return done;
  }

  #tellBegan(entryId: string): void {
    this.#began.get(entryId)?.();
    this.#began.delete(entryId);
  }
}

/** One person who is known, consents and fills a cart. */
function eventsOf(person: number, at: number) {
  const userId = `person-${person}`;
  const event = (type: 'identify' | 'track', name: string | null, more: { traits?: object; properties?: object }) => ({
    event: {
      messageId: `${userId}-${name ?? type}`,
      type,
      name,
      userId,
      anonymousId: null,
      previousId: null,
      properties: { ...more.properties },
      traits: { ...more.traits },
      occurredAt: at,
      receivedAt: at,
      origin: 'live' as const,
    },
    source: 'segment',
    context: {},
    payload: { type, event: name, userId, ...more },
    notes: [],
    speaker: ourselves,
  });
  return [
    event('identify', null, { traits: { email: `${userId}@example.test`, firstName: 'Ada', locale: 'en-GB' } }),
    event('track', 'Consent Granted', { properties: { channel: 'email', method: 'form', source: 'bench' } }),
    event('track', 'Product Added', {
      properties: { cart_id: `cart-${person}`, product_id: 'p-1', name: 'Garden mug', price: 24.5, quantity: 2, currency: 'GBP' },
    }),
  ];
}

let messages: Messages | null = null;
const started = (): Messages => {
  if (messages === null) throw new Error('The worker of the bench has not been started.');
  return messages;
};

answerParent(
  {
    start: async (setup: MessagesSetup) => {
      messages = await Messages.start(setup);
    },
    seed: (atLeast: number) => started().seed(atLeast),
    run: ({ side, seconds }: { side: MessagesSide; seconds: number }) => started().run(side, seconds),
    history: () => started().history(),
    accepted: () => started().accepted(),
  },
  async () => messages?.stop(),
);
