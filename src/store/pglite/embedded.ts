import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { syncFolder } from '../durable-file.js';
import { lockFolder } from './lock.js';
import type { WorkerReply, WorkerRequest, WorkerSettings, WorkerStats } from './worker.mjs';

/** The embedded PostgreSQL, in its thread. `stream` is what `pg` takes instead of a socket. */
export interface EmbeddedPostgres {
  readonly stream: () => Duplex;
  /** The whole folder as a gzipped tar. */
  readonly dump: () => Promise<Uint8Array>;
  /** Counters for tests and metrics. */
  readonly stats: () => Promise<WorkerStats>;
  /** Checkpoints, makes all durable, ends the thread, releases the lock. */
  readonly close: () => Promise<void>;
}

/** WAL that a crash would have to replay stays small; a checkpoint costs about 0.1 s here. */
const CHECKPOINT_EVERY_MS = 60_000;
/** Dead rows are cleared away and statistics taken so often; about a second for a hundred thousand messages, a table at a time. */
const UPKEEP_EVERY_MS = 60 * 60_000;

/** A database that lives in memory and dies with its thread. `template`: an archive made by `dump`, to begin with. */
export function openInMemory(template: string | null): Promise<EmbeddedPostgres> {
  return start({ folder: null, template, checkpointEveryMs: CHECKPOINT_EVERY_MS, upkeepEveryMs: UPKEEP_EVERY_MS }, () => {});
}

/** Opens the database folder, creating it when it is not there. Throws a sentence when another process holds it. */
export async function openFolder(
  folder: string,
  { upkeepEveryMs = UPKEEP_EVERY_MS }: { readonly upkeepEveryMs?: number } = {},
): Promise<EmbeddedPostgres> {
  const parent = dirname(resolve(folder));
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const path = join(realpathSync(parent), basename(resolve(folder)));
  const lock = lockFolder(path);
  try {
    if (!existsSync(path)) await createFolder(path);
    return await start({ folder: path, template: null, checkpointEveryMs: CHECKPOINT_EVERY_MS, upkeepEveryMs }, lock.release);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Under a working name first, so that a creation cut short leaves no folder that looks whole. The caller holds the lock. */
async function createFolder(path: string): Promise<void> {
  const parent = dirname(path);
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${basename(path)}.new-`)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const working = `${path}.new-${process.pid}`;
  const child = spawn(process.execPath, [fileURLToPath(new URL('./create.mjs', import.meta.url)), working], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-2000);
  });
  const code = await new Promise<number | null>((done, failed) => child.once('error', failed).once('close', done));
  if (code !== 0) {
    rmSync(working, { recursive: true, force: true });
    throw new Error(`The embedded database could not be created (exit ${code}): ${complaint.trim()}`);
  }
  renameSync(working, path);
  syncFolder(parent);
}

async function start(settings: WorkerSettings, release: () => void): Promise<EmbeddedPostgres> {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: settings, execArgv: [] });
  const waiting = new Map<number, { done: (reply: { bytes?: Uint8Array; stats?: WorkerStats }) => void; failed: (error: Error) => void }>();
  let nextId = 1;
  let dead: Error | null = null;
  let ready: { done: () => void; failed: (error: Error) => void } | null = null;

  function die(error: Error): void {
    dead ??= error;
    ready?.failed(dead);
    for (const { failed } of waiting.values()) failed(dead);
    waiting.clear();
  }

  worker.on('message', (reply: WorkerReply) => {
    if ('ready' in reply) return ready?.done();
    if ('fatal' in reply) return die(new Error(reply.fatal));
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) call?.failed(new Error(`The embedded store failed: ${reply.error}`));
    else call?.done(reply);
  });
  worker.on('error', (error) => die(new Error('The embedded store stopped.', { cause: error })));
  worker.on('exit', () => {
    release();
    die(new Error('The embedded store is closed.'));
  });

  type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
  const call = (request: WithoutId<WorkerRequest>, transfer: ArrayBuffer[] = []) =>
    new Promise<{ bytes?: Uint8Array; stats?: WorkerStats }>((done, failed) => {
      if (dead) return failed(dead);
      const id = nextId++;
      waiting.set(id, { done, failed });
      worker.postMessage({ ...request, id }, transfer);
    });

  await new Promise<void>((done, failed) => {
    ready = { done, failed };
  });

  return {
    stream: () => new WireStream(call),
    dump: async () => (await call({ kind: 'dump' })).bytes ?? new Uint8Array(),
    stats: async () => (await call({ kind: 'stats' })).stats ?? { walSyncs: 0, checkpoints: 0, upkeeps: 0 },
    close: async () => {
      // A thread that failed has nothing to say any more; what was acknowledged is on the disk.
      if (!dead) await call({ kind: 'close' });
      await worker.terminate();
    },
  };
}

type Call = (request: { kind: 'exec'; bytes: Uint8Array } | { kind: 'reset' }, transfer?: ArrayBuffer[]) => Promise<{ bytes?: Uint8Array }>;

// AuthenticationOk, then ReadyForQuery with no transaction open.
const greeting = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
const [queryMessage, syncMessage, terminateMessage] = ['Q', 'S', 'X'].map((letter) => letter.charCodeAt(0));

/**
 * Looks like a socket to `pg`. PGlite answers a whole exchange at a time, so messages are collected until one needs an answer (Query or
 * Sync); one exchange is then one message to the thread and one back.
 */
class WireStream extends Duplex {
  #greeted = false;
  #gathered: Buffer[] = [];
  readonly #call: Call;

  constructor(call: Call) {
    super({ allowHalfOpen: false });
    this.#call = call;
  }

  connect(): void {
    setImmediate(() => this.emit('connect'));
  }
  setNoDelay(): void {}
  setKeepAlive(): void {}
  ref(): void {}
  unref(): void {}

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (!this.#greeted) {
      this.#greeted = true;
      this.push(greeting);
      return done();
    }
    this.#gathered.push(chunk);
    const last = lastMessageKind(chunk);
    if (last === terminateMessage) {
      this.#gathered = [];
      this.push(null);
      return done();
    }
    if (last !== queryMessage && last !== syncMessage) return done();

    const bytes = new Uint8Array(Buffer.concat(this.#gathered));
    this.#gathered = [];
    this.#call({ kind: 'exec', bytes }, [bytes.buffer]).then(
      (reply) => {
        if (reply.bytes) this.push(Buffer.from(reply.bytes.buffer, reply.bytes.byteOffset, reply.bytes.byteLength));
        done();
      },
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  }

  /** What was written in one go, or while the thread was busy, is one message to it. */
  override _writev(writes: { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(writes.map(({ chunk }) => chunk)), 'binary', done);
  }

  /** As with a server, a connection that goes away takes its open transaction with it. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#call({ kind: 'reset' }).then(
      () => done(error),
      () => done(error),
    );
  }
}

/** A chunk from `pg` holds whole messages: kind, then a length that counts itself. */
function lastMessageKind(chunk: Buffer): number {
  let at = 0;
  let kind = 0;
  while (at + 5 <= chunk.length) {
    kind = chunk[at] ?? 0;
    at += 1 + chunk.readInt32BE(at + 1);
  }
  return kind;
}
