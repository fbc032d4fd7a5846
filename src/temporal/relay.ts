import type { Log } from '../app/deps.js';
import { Bell } from '../bell.js';
import type { Clock } from '../domain/time/clock.js';
import type { Store } from '../store/db.js';
import { type ClaimedPoke, type PokeBacklog, readPokeBacklog, type SettledPoke, sampleStarted, settlePokes } from '../store/pokes.js';
import { Circuit } from './circuit.js';
import { Claims } from './claims.js';
import { codeOf, grpcCode, type TemporalConnection } from './connection.js';
import { entryRunExists, probe, startEntryRun, wakeEntryRun } from './entry-runs.js';
import { LetterBatches } from './letter-batches.js';
import { pokeCall } from './poke-call.js';
import { type ReconcileProgress, reconcile } from './reconcile.js';

export interface RelayOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Null while Temporal has not been reached yet. */
  readonly connection: () => TemporalConnection | null;
  /** A worker of this process takes the first tasks (eager start). */
  readonly hasWorker: boolean;
  /** Calls a second at most; overdue pokes have a tenth of it. */
  readonly callsPerSecond?: number;
}

/** The poke loop's state for `/readyz` and metrics. */
export interface RelayStats extends PokeBacklog {
  /** Temporal is away, or was never reached: nothing is claimed. */
  readonly isResting: boolean;
  /** Calls to Temporal since the start. */
  readonly ensured: number;
  readonly woken: number;
  readonly failed: number;
}

export interface Relay {
  /** Looks at once: something was committed in this process. */
  notify(): void;
  stats(): Promise<RelayStats>;
  /** Ensures a run for every entry that has not finished. One at a time: a second call joins the first. */
  reconcile(onProgress?: (progress: ReconcileProgress) => void): Promise<ReconcileProgress>;
  /** Claims nothing more, and waits for the calls under way. */
  stop(): Promise<void>;
}

/** Real milliseconds. */
const pollMs = 150;
/** What comes together is handled together. */
const gatherMs = 5;
const afterAnErrorMs = 1_000;
/** So long after its due instant an entry's workflow is poked, should it not have come by itself. */
const graceMs = 120_000;
const callsAtOnce = 20;
/** Letters leave most of the calls to others. */
const lettersAtOnce = callsAtOnce / 4;

/** Starts, wakes and heals entries: one loop over `entries.poke_real`, the only way from the store to Temporal. */
export function startRelay(options: RelayOptions): Relay {
  return new PokeLoop(options);
}

class PokeLoop implements Relay {
  readonly #options: RelayOptions;
  readonly #circuit = new Circuit(() => performance.now(), Math.random);
  readonly #claims: Claims;
  readonly #done: SettledPoke[] = [];
  readonly #counts = { ensured: 0, woken: 0, failed: 0 };
  #underWay = 0;
  #stopping = false;
  readonly #running: Promise<void>;
  readonly #batches: LetterBatches;
  readonly #bell = new Bell(gatherMs);
  #wasAway = true;
  #reconciling: Promise<ReconcileProgress> | null = null;

  constructor(options: RelayOptions) {
    const { callsPerSecond = 500 } = options;
    this.#options = options;
    this.#batches = new LetterBatches(options.store);
    this.#claims = new Claims(options.store, { callsPerSecond, lettersAtOnce });
    this.#running = this.#run();
  }

  notify(): void {
    this.#bell.ring();
  }

  async stats(): Promise<RelayStats> {
    const backlog = await readPokeBacklog(this.#options.store.db);
    return { ...backlog, ...this.#counts, isResting: this.#circuit.isOpen || this.#options.connection() === null };
  }

  reconcile(onProgress: (progress: ReconcileProgress) => void = () => {}): Promise<ReconcileProgress> {
    this.#reconciling ??= reconcile({ ...this.#options, onProgress, isStopping: () => this.#stopping }).finally(() => {
      this.#reconciling = null;
    });
    return this.#reconciling;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.notify();
    await this.#running;
    await this.#reconciling?.catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#bell.wait(await this.#look());
      } catch (error) {
        // The store is away: it says so itself in /readyz.
        this.#options.log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'The poke loop could not look at the store.');
        await this.#bell.wait(afterAnErrorMs);
      }
    }
    while (this.#underWay > 0) await this.#bell.wait(pollMs);
    await this.#settle().catch(() => undefined);
  }

  /** One look; says after how many milliseconds to look again when nothing happens before. */
  async #look(): Promise<number> {
    this.#bell.hush();
    await this.#settle();
    const connection = this.#options.connection();
    if (connection === null) return pollMs;
    if (this.#circuit.isOpen || this.#wasAway) return await this.#probe(connection);
    const free = callsAtOnce - this.#underWay;
    if (free < callsAtOnce / 4) return pollMs;
    const claimed = await this.#claims.next(free);
    for (const poke of claimed) void this.#call(connection, poke);
    // Batches of letters come last.
    if (claimed.length === free) return 0;
    for (const start of await this.#batches.due(connection))
      void this.#during(() => start().catch((error: unknown) => void this.#heed(error)));
    return pollMs;
  }

  /** Never rejects: what came of the call is settled with the next look. */
  #call(connection: TemporalConnection, poke: ClaimedPoke): Promise<void> {
    return this.#during(async () => {
      try {
        const outcome = await this.#poke(connection, poke);
        this.#circuit.succeed();
        if (outcome !== null) this.#done.push(outcome);
      } catch (error) {
        this.#done.push(this.#failed(poke, error));
      }
    });
  }

  async #during(call: () => Promise<void>): Promise<void> {
    this.#underWay += 1;
    await call();
    this.#underWay -= 1;
    this.#bell.wake();
  }

  /** Null: nothing is to be written; the back-off of the claim stands until the turn that was called for moves it. */
  async #poke(connection: TemporalConnection, poke: ClaimedPoke): Promise<SettledPoke | null> {
    const { clock, hasWorker } = this.#options;
    const run = { journeyId: poke.journeyId, entryId: poke.id };
    const now = clock.realNow();
    const call = pokeCall(poke, { dueReal: poke.dueAt === null ? null : clock.timerAt(poke.dueAt), now });
    if (call.kind === 'wake') {
      await wakeEntryRun(connection, run);
      this.#counts.woken += 1;
      return poke.runStarted ? null : { ...only(poke), runStarted: true, nextReal: null, pokes: 'counted' };
    }
    await startEntryRun(connection, run, { delayMs: call.delayMs, eager: hasWorker, onConflict: 'USE_EXISTING' });
    this.#counts.ensured += 1;
    return { ...only(poke), runStarted: true, nextReal: now + call.delayMs + graceMs, pokes: 'forgotten' };
  }

  /** Temporal away: as if nothing had been done. Any other error concerns this entry: its back-off stays. */
  #failed(poke: ClaimedPoke, error: unknown): SettledPoke {
    if (this.#heed(error, poke.id)) return { ...only(poke), runStarted: false, nextReal: poke.pokeReal, pokes: 'undone' };
    return { ...only(poke), runStarted: false, nextReal: null, pokes: 'counted' };
  }

  /** True: Temporal as a whole is away. */
  #heed(error: unknown, entryId: string | null = null): boolean {
    const code = codeOf(error);
    this.#counts.failed += 1;
    const away = howAway(error);
    if (away === null) {
      complain(this.#options.log, entryId, error);
      return false;
    }
    const wasOpen = this.#circuit.isOpen;
    this.#circuit.fail(away);
    if (this.#circuit.isOpen && !wasOpen) this.#leave(code);
    return true;
  }

  #leave(code: number | null): void {
    this.#wasAway = true;
    this.#options.log.warn({ grpcCode: code }, 'Temporal is away: the poke loop rests, events are still taken.');
  }

  async #probe(connection: TemporalConnection): Promise<number> {
    const restMs = this.#circuit.restMs();
    if (restMs > 0) return restMs;
    try {
      await probe(connection);
    } catch {
      this.#circuit.fail('unreachable');
      return this.#circuit.restMs();
    }
    const wasOpen = this.#circuit.isOpen;
    this.#circuit.succeed();
    this.#wasAway = false;
    if (wasOpen) this.#options.log.info({}, 'Temporal is back: the poke loop goes on.');
    await this.#reconcileIfEmpty(connection).catch(() => this.#leave(null));
    return 0;
  }

  /** Temporal may come back without what it had (its data folder deleted, another cluster): then all entries get their runs again. */
  async #reconcileIfEmpty(connection: TemporalConnection): Promise<void> {
    const entryId = await findLostRun(connection, this.#options.store);
    if (entryId === null) return;
    this.#options.log.warn({ entryId }, 'Temporal does not know the run of an open entry: all open entries are ensured.');
    void this.reconcile().then(
      (progress) => this.#options.log.info({ ...progress }, 'All open entries have a run again.'),
      (error: unknown) =>
        this.#options.log.error({ grpcCode: codeOf(error) }, 'Ensuring all open entries did not finish; the poke loop heals the rest.'),
    );
  }

  async #settle(): Promise<void> {
    if (this.#done.length === 0) return;
    const pokes = this.#done.splice(0);
    try {
      await settlePokes(this.#options.store.db, pokes);
    } catch (error) {
      this.#done.unshift(...pokes);
      throw error;
    }
  }
}

function complain(log: Log, entryId: string | null, error: unknown): void {
  const name = error instanceof Error ? error.name : 'unknown';
  log.error({ entryId, grpcCode: codeOf(error), error: name }, 'An entry or a batch of letters could not be started or woken.');
}

/** One of a few entries whose run should be there and is not; null: all are. */
async function findLostRun(connection: TemporalConnection, store: Store): Promise<string | null> {
  for (const { id, journeyId } of await sampleStarted(store.db, 5))
    if (!(await entryRunExists(connection, { journeyId, entryId: id }))) return id;
  return null;
}

const lateCodes: readonly (number | null)[] = [grpcCode.deadlineExceeded, grpcCode.cancelled, grpcCode.resourceExhausted];
/** NOT_FOUND: the namespace. */
const unreachableCodes: readonly (number | null)[] = [
  grpcCode.unavailable,
  grpcCode.notFound,
  grpcCode.permissionDenied,
  grpcCode.unauthenticated,
];

/** Of an error that concerns Temporal as a whole, how it is away; null for one that concerns the call. */
function howAway(error: unknown): 'unreachable' | 'late' | null {
  const code = codeOf(error);
  if (lateCodes.includes(code)) return 'late';
  const isTransport = error instanceof Error && (error.name === 'TransportError' || error.name === 'IllegalStateError');
  return unreachableCodes.includes(code) || isTransport ? 'unreachable' : null;
}

function only({ id, claimedReal }: ClaimedPoke): Pick<SettledPoke, 'id' | 'claimedReal'> {
  return { id, claimedReal };
}
