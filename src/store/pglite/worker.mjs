// The thread in which PGlite runs. It takes wire-protocol bytes and gives wire-protocol bytes; `pg` on the main thread does the rest.
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { DurableNodeFS } from './durable-fs.mjs';

/**
 * `folder` null: in memory, beginning with what is in the archive `template` (gzipped tar) or empty.
 * @typedef {{ folder: string | null, template: string | null, checkpointEveryMs: number, upkeepEveryMs: number }} WorkerSettings
 * @typedef {{ id: number, kind: 'exec', bytes: Uint8Array } | { id: number, kind: 'reset' | 'dump' | 'close' | 'stats' }} WorkerRequest
 * @typedef {{ id: number, bytes?: Uint8Array, stats?: WorkerStats } | { id: number, error: string } | { ready: true } | { fatal: string }} WorkerReply
 * `upkeeps`: tables that were vacuumed.
 * @typedef {{ walSyncs: number, checkpoints: number, upkeeps: number }} WorkerStats
 */

const IDLE = 0x49; // 'I' of ReadyForQuery: no transaction is open

/**
 * PGlite touches every page of the buffers when it opens: all of it is resident from the first second on. PostgreSQL's default of 128 MB
 * costs 130 MB more.
 */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'];

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
const settings = /** @type {WorkerSettings} */ (workerData);
const fs = settings.folder === null ? null : new DurableNodeFS(settings.folder);

let transactionStatus = IDLE;
let checkpoints = 0;
let walSyncsAtCheckpoint = 0;
let upkeeps = 0;
let statementsAtUpkeep = 0;
let statements = 0;
let isClosing = false;
/** @type {Promise<void>} */
let queue = Promise.resolve();

const db = await PGlite.create({ ...(fs ? { fs } : inMemory(settings.template)), startParams }).catch((/** @type {unknown} */ error) => {
  tell({ fatal: `The embedded store could not be opened: ${text(error)}` });
  throw error;
});
// As on a server: see `plannerOptions`.
await exec(query('set random_page_cost = 1.1; set jit = off; set plan_cache_mode = force_generic_plan'));
if (fs && fs.writes === 0) throw new Error('The embedded store cannot be made durable: its file system hook sees no writes.');

const timers = [
  setInterval(() => enqueue(checkpointIfIdle), settings.checkpointEveryMs),
  setInterval(() => whenIdle(keepUp), settings.upkeepEveryMs),
];
port.on('message', (/** @type {WorkerRequest} */ request) => enqueue(() => answer(request)));
tell({ ready: true });

/** @param {string | null} template */
function inMemory(template) {
  const dataDir = 'memory://';
  return template === null ? { dataDir } : { dataDir, loadDataDir: new File([readFileSync(template)], 'template.tar.gz') };
}

/** @param {WorkerRequest} request */
async function answer(request) {
  const { id } = request;
  try {
    switch (request.kind) {
      case 'exec':
        return tell({ id, bytes: await exec(request.bytes) });
      case 'reset':
        if (transactionStatus !== IDLE) await exec(query('rollback'));
        return tell({ id });
      case 'dump':
        await checkpointIfIdle();
        return tell({ id, bytes: new Uint8Array(await (await db.dumpDataDir('gzip')).arrayBuffer()) });
      case 'stats':
        return tell({ id, stats: { walSyncs: fs?.walSyncs ?? 0, checkpoints, upkeeps } });
      case 'close':
        isClosing = true;
        timers.forEach((timer) => clearInterval(timer));
        if (transactionStatus !== IDLE) await exec(query('rollback'));
        await checkpoint();
        await db.close();
        fs?.syncAll();
        return tell({ id });
    }
  } catch (error) {
    tell({ id, error: text(error) });
  }
}

/** @param {Uint8Array} bytes one or more whole messages @returns {Promise<Uint8Array>} */
async function exec(bytes) {
  /** @type {Uint8Array[]} */
  const chunks = [];
  statements++;
  await db.execProtocolRawStream(bytes, { syncToFs: false, onRawData: (chunk) => void chunks.push(chunk.slice()) });
  const reply = joined(chunks);
  // ReadyForQuery is the last message of every answer: Z, length 5, status.
  if (reply.length >= 6 && reply[reply.length - 6] === 0x5a) transactionStatus = reply[reply.length - 1] ?? IDLE;
  if (transactionStatus === IDLE) makeDurable();
  return reply;
}

/** After a failed fsync the kernel may have dropped the pages: a second try would succeed without meaning anything. So that is the end. */
function makeDurable() {
  try {
    fs?.syncWal();
  } catch (error) {
    tell({ fatal: `The embedded store stopped: its log could not be written to the disk (${text(error)}).` });
    throw error;
  }
}

async function checkpointIfIdle() {
  if (transactionStatus === IDLE && fs && fs.walSyncs !== walSyncsAtCheckpoint) await checkpoint();
}

async function checkpoint() {
  if (!fs) return;
  await exec(query('checkpoint'));
  fs.syncAll();
  walSyncsAtCheckpoint = fs.walSyncs;
  checkpoints++;
}

/**
 * PostgreSQL runs no autovacuum here: without this, dead rows would stay for ever and the planner would never learn what is in the tables.
 * A table at a time, so that whoever waits is let in between.
 */
async function keepUp() {
  if (statements === statementsAtUpkeep) return;
  const { rows } = await db.query("select tablename from pg_tables where schemaname = 'public' order by tablename");
  const tables = /** @type {{ tablename: string }[]} */ (rows).map(({ tablename }) => tablename);
  const next = async () => {
    const table = tables.shift();
    if (table === undefined) return void (statementsAtUpkeep = statements);
    await exec(query(`vacuum (analyze) "${table}"`));
    upkeeps++;
    whenIdle(next);
  };
  whenIdle(next);
}

/** What cannot be done within a transaction waits until none is open. @param {() => Promise<void>} work */
function whenIdle(work) {
  enqueue(async () => {
    if (isClosing) return;
    if (transactionStatus === IDLE) await work();
    else setTimeout(() => whenIdle(work), 50);
  });
}

/** @param {() => Promise<void>} work */
function enqueue(work) {
  queue = queue.then(work).catch((/** @type {unknown} */ error) => tell({ fatal: `The embedded store stopped: ${text(error)}` }));
}

/** @param {WorkerReply} reply */
function tell(reply) {
  const { bytes } = 'bytes' in reply ? reply : { bytes: undefined };
  port.postMessage(reply, bytes ? [/** @type {ArrayBuffer} */ (bytes.buffer)] : []);
}

/** @param {string} sql a simple-query message */
function query(sql) {
  const body = new TextEncoder().encode(`${sql}\0`);
  const message = new Uint8Array(5 + body.length);
  message[0] = 0x51;
  new DataView(message.buffer).setInt32(1, 4 + body.length);
  message.set(body, 5);
  return message;
}

/** @param {Uint8Array[]} chunks */
function joined(chunks) {
  const [only] = chunks;
  if (chunks.length === 1 && only) return only;
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** @param {unknown} error */
function text(error) {
  return error instanceof Error ? error.message : String(error);
}
