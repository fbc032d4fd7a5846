import type { BatchActivities, QueueActivities, TurnActivities } from '../../workflows/contract.js';
import type { Log } from '../app/deps.js';
import { type Channel } from '../domain/messages/channel.js';
import type { Clock } from '../domain/time/clock.js';
import type { Config, Role } from '../settings/config.js';
import type { Store } from '../store/db.js';
import { resolveTemporalBinary } from '../temporal/binary.js';
import { connectTemporalPatiently, type TemporalConnection, type TemporalTarget } from '../temporal/connection.js';
import { probe } from '../temporal/entry-runs.js';
import type { ReconcileProgress } from '../temporal/reconcile.js';
import { type Relay, startRelay } from '../temporal/relay.js';
import { installRuntime } from '../temporal/runtime.js';
import { type SupervisedServer, superviseDevServer } from '../temporal/supervised-server.js';
import { startWorkers, type Workers } from '../temporal/worker.js';

/** Temporal as one part of a running instance: the server when it is embedded, the connection, the workers, the poke loop. */
export interface Temporal {
  /** Null: the server is somebody else's, or not needed in this process. */
  readonly embedded: SupervisedServer | null;
  connection(): TemporalConnection | null;
  readonly relay: Relay | null;
  /** The server answered within the last seconds. */
  isReached(): boolean;
  workersRun(): boolean;
  /** Asks the server whether it is there, for `isReached`. */
  look(): Promise<void>;
  /** Starts workers and poke loop once the server answers; meanwhile events are taken and nothing is lost. */
  run(parts: TemporalParts): Promise<void>;
  notify(): void;
  /** Lets what is under way finish: first the poke loop, then the workers (35 s, then 40 s by force). */
  stopWork(): Promise<void>;
  /** Ends the embedded server, last of all. */
  stop(): Promise<void>;
}

export interface TemporalParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly activities: TurnActivities & QueueActivities & BatchActivities;
  readonly roles: ReadonlySet<Role>;
  readonly rates: Readonly<Record<Channel, number | undefined>>;
  /** To each channel's provider, at most. */
  readonly connections: Readonly<Record<Channel, number>>;
}

/** Starts the embedded server, or takes the one that the settings name. */
export async function startTemporal(
  config: Config,
  options: { readonly dataFolder: string; readonly log: Log; readonly say: (line: string) => void; readonly isNeeded: boolean },
): Promise<Temporal> {
  const { log, say } = options;
  const embedded = config.TEMPORAL_ADDRESS === undefined && options.isNeeded ? await startEmbedded(config, options) : null;
  const target: TemporalTarget = {
    address: embedded?.address ?? config.TEMPORAL_ADDRESS ?? '',
    namespace: config.TEMPORAL_NAMESPACE,
    tls: config.TEMPORAL_TLS,
    apiKey: config.TEMPORAL_API_KEY,
  };
  return new TemporalPart(target, embedded, log, say, config.TEMPORAL_METRICS_ADDRESS ?? null);
}

async function startEmbedded(
  config: Config,
  { dataFolder, log, say }: { readonly dataFolder: string; readonly log: Log; readonly say: (line: string) => void },
): Promise<SupervisedServer> {
  const binary = await resolveTemporalBinary({ cliPath: config.TEMPORAL_CLI_PATH, onProgress: say });
  return superviseDevServer(
    {
      binary,
      dataDir: dataFolder,
      namespace: config.TEMPORAL_NAMESPACE,
      port: config.SOJOURN_TEMPORAL_PORT,
      uiPort: config.SOJOURN_TEMPORAL_UI_PORT,
    },
    log,
  );
}

class TemporalPart implements Temporal {
  readonly embedded: SupervisedServer | null;
  readonly #target: TemporalTarget;
  readonly #log: Log;
  readonly #say: (line: string) => void;
  readonly #metricsAddress: string | null;
  readonly #stopping = new AbortController();
  #connection: TemporalConnection | null = null;
  #relay: Relay | null = null;
  #workers: Workers | null = null;
  #connecting: Promise<void> = Promise.resolve();
  #isReached = false;

  constructor(
    target: TemporalTarget,
    embedded: SupervisedServer | null,
    log: Log,
    say: (line: string) => void,
    metricsAddress: string | null,
  ) {
    this.#target = target;
    this.embedded = embedded;
    this.#log = log;
    this.#say = say;
    this.#metricsAddress = metricsAddress;
  }

  connection(): TemporalConnection | null {
    return this.#connection;
  }

  isReached(): boolean {
    return this.#isReached && this.embedded?.isUp() !== false;
  }

  get relay(): Relay | null {
    return this.#relay;
  }

  workersRun(): boolean {
    return this.#workers?.isRunning() ?? false;
  }

  async run(parts: TemporalParts): Promise<void> {
    const { roles } = parts;
    if (!roles.has('relay') && !roles.has('worker')) return;
    installRuntime({ log: this.#log, metricsAddress: this.#metricsAddress });
    if (roles.has('relay'))
      this.#relay = startRelay({
        store: parts.store,
        clock: parts.clock,
        log: this.#log,
        connection: () => this.#connection,
        hasWorker: roles.has('worker'),
      });
    this.#connecting = this.#connect(parts);
    // The embedded server is there, so the first start waits until all is healthy; another's may be away, and the API does not wait for it.
    if (this.embedded) await this.#connecting;
    else this.#connecting.catch((error: unknown) => this.#log.error({ error: String(error) }, 'Temporal cannot be used.'));
  }

  notify(): void {
    this.#relay?.notify();
  }

  async stopWork(): Promise<void> {
    this.#stopping.abort();
    await this.#connecting.catch(() => undefined);
    await this.#relay?.stop();
    await this.#workers?.stop();
    await this.#connection?.close().catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.embedded?.stop();
  }

  async #connect(parts: TemporalParts): Promise<void> {
    const connection = await connectTemporalPatiently(this.#target, {
      signal: this.#stopping.signal,
      onFailure: (error) => this.#log.warn({}, error.message),
    });
    if (connection === null) return;
    if (parts.roles.has('worker'))
      this.#workers = await startWorkers({
        connection,
        activities: parts.activities,
        log: this.#log,
        rates: parts.rates,
        connections: parts.connections,
      });
    this.#connection = connection;
    this.#isReached = true;
    this.#relay?.notify();
    if (this.embedded?.isNew) void this.#reconcile();
  }

  /** An idle instance calls nothing, and would not notice that the server is away. */
  async look(): Promise<void> {
    const connection = this.#connection;
    if (connection === null || this.#stopping.signal.aborted) return;
    this.#isReached = await probe(connection).then(
      () => true,
      () => false,
    );
  }

  /** The server's database is new: all open entries of the store are started again. */
  async #reconcile(): Promise<void> {
    const told = (progress: ReconcileProgress): void => {
      if (progress.total > 0) this.#say(`Starting open entries on the new Temporal database: ${progress.done} of ${progress.total}.`);
    };
    await this.#relay?.reconcile(told).catch(() => this.#log.warn({}, 'Reconciling was cut short; the poke loop goes on with the rest.'));
  }
}
