import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import type { TemporalBinary } from './binary.js';
import { journeyIdAttribute, TemporalUnavailable } from './connection.js';
import { freePort } from './free-port.js';

export interface DevServerOptions {
  readonly binary: TemporalBinary;
  /** Folder of the database, the pid file and the server's log. Null: in memory, for tests; the log goes nowhere. */
  readonly dataDir: string | null;
  readonly namespace: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** 0 or absent: a free one; null: no Web UI. */
  readonly uiPort?: number | null;
  /** `--dynamic-config-value`: key to JSON. */
  readonly dynamicConfig?: Readonly<Record<string, string>>;
}

export interface DevServer {
  readonly address: string;
  readonly uiUrl: string | null;
  readonly namespace: string;
  /** The database was made now: runs of entries known to the store are to be ensured (`reconcile`). */
  readonly isNew: boolean;
  /** Process id of the server itself. */
  readonly pid: number;
  /** Settles when the server has ended, for any cause, with a sentence for a person; null after `stop`. */
  readonly ended: Promise<string | null>;
  /** Ends the server, and waits for it. */
  stop(): Promise<void>;
}

/**
 * Runs the server as its child and ends it when our pipe closes: with this process, however it dies. The shell is the leader of a process
 * group of its own, so Ctrl-C in a terminal reaches neither, and we stop the server last. SIGKILL after 10 s of patience.
 */
const supervisorScript = `
exec 3<&0
"$@" </dev/null >&2 3<&- &
server=$!
echo "$server"
exec 1>&-
( cat <&3 >/dev/null; kill -TERM "$server"; sleep 10; kill -KILL "$server" ) 2>/dev/null &
guard=$!
wait "$server"
code=$?
kill -TERM "$guard" 2>/dev/null
exit "$code"
`;

const startDeadlineMs = 60_000;

/**
 * Starts the real Temporal server embedded: SQLite in a file with WAL and synchronous NORMAL (safe because the store is the truth), search
 * attributes registered, Web UI on. A server left over by an earlier process is ended first; a database of another server version is moved
 * away.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const files = options.dataDir === null ? null : filesIn(options.dataDir);
  if (files !== null) {
    await mkdir(files.folder, { recursive: true });
    await endOrphan(files);
    await setAsideOtherVersion(files, options.binary.version);
  }
  const isNew = files === null || !existsSync(files.database);
  const port = options.port || (await freePort());
  const uiPort = options.uiPort === null ? null : options.uiPort || (await freePort());
  const address = `127.0.0.1:${port}`;

  const log = openLog(files);
  const supervisor = spawn(
    '/bin/sh',
    ['-c', supervisorScript, 'temporal-supervisor', options.binary.path, ...flags(options, files, port, uiPort)],
    {
      stdio: ['pipe', 'pipe', log],
      detached: true,
      cwd: '/',
    },
  );
  if (log !== 'ignore') closeSync(log);
  let stopping = false;
  const exited = new Promise<string>((settle) => {
    supervisor.once('error', (error) => settle(`could not be started: ${error.message}`));
    supervisor.once('exit', (code, signal) => settle(`ended with ${signal ?? `code ${code}`}`));
  });
  const ended = exited.then(async (how) => {
    supervisor.stdin?.destroy();
    if (files !== null) await forget(files);
    return stopping ? null : `The embedded Temporal server ${how}.${lastWords(files)}`;
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    supervisor.stdin?.end();
    await ended;
  };

  try {
    const pid = await firstLine(supervisor, exited);
    if (files !== null)
      await writeFile(files.pid, JSON.stringify({ server: pid, supervisor: supervisor.pid, owner: process.pid } satisfies PidFile));
    await untilServing(address, options.namespace, exited);
    return { address, uiUrl: uiPort === null ? null : `http://127.0.0.1:${uiPort}`, namespace: options.namespace, isNew, pid, ended, stop };
  } catch (error) {
    await stop();
    const why = error instanceof Error ? error.message : String(error);
    throw new TemporalUnavailable(
      `The embedded Temporal server (${options.binary.path}) did not come up: ${why}.${lastWords(files)} ` +
        'Try again; if it stays so, set TEMPORAL_ADDRESS to a server that runs, or move its data folder away (the store is the truth, nothing is lost).',
      { cause: error },
    );
  }
}

interface Files {
  readonly folder: string;
  readonly database: string;
  readonly version: string;
  readonly pid: string;
  readonly log: string;
}

interface PidFile {
  readonly server: number;
  readonly supervisor: number | undefined;
  readonly owner: number;
}

function filesIn(dataDir: string): Files {
  const folder = resolve(dataDir);
  const file = (name: string): string => join(folder, name);
  return { folder, database: file('temporal.db'), version: file('temporal.version'), pid: file('temporal.pid'), log: file('temporal.log') };
}

function flags({ namespace, dynamicConfig = {} }: DevServerOptions, files: Files | null, port: number, uiPort: number | null): string[] {
  const ui = uiPort === null ? ['--headless'] : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort), '--ui-disable-news-fetch'];
  const file =
    files === null ? [] : ['--db-filename', files.database, '--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'];
  const dynamic = Object.entries(dynamicConfig).flatMap(([key, json]) => ['--dynamic-config-value', `${key}=${json}`]);
  return ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace]
    .concat(ui, file, dynamic)
    .concat('--search-attribute', `${journeyIdAttribute.name}=Keyword`, '--log-level', 'error', '--log-format', 'json');
}

/**
 * A server that outlived its supervisor (both were killed apart) still holds the database: it is ended, by its pid and only when it is
 * ours.
 */
async function endOrphan(files: Files): Promise<void> {
  const left = readPidFile(files.pid);
  if (left === null) return;
  // The supervisor of a process that just died ends its server within seconds; one that stays belongs to a process that lives.
  for (let waited = 0; left.supervisor !== undefined && (await isOurs(left.supervisor, files)); waited += 200) {
    if (waited > 15_000 || isAlive(left.owner)) {
      throw new TemporalUnavailable(
        `The Temporal data in ${files.folder} is in use by another running Sojourn (process ${left.owner}). Stop that one, or set SOJOURN_DATA to another folder.`,
      );
    }
    await sleep(200);
  }
  for (let waited = 0; await isOurs(left.server, files); waited += 200) {
    if (waited > 20_000)
      throw new TemporalUnavailable(`The left-over Temporal server (process ${left.server}) cannot be ended. End it by hand.`);
    killQuietly(left.server, waited < 10_000 ? 'SIGTERM' : 'SIGKILL');
    await sleep(200);
  }
  await rm(files.pid, { force: true });
}

/** The pid file stays while the server does: a supervisor that was killed apart leaves one that the next start must end. */
async function forget(files: Files): Promise<void> {
  const left = readPidFile(files.pid);
  if (left === null || !(await isOurs(left.server, files))) await rm(files.pid, { force: true });
}

function readPidFile(path: string): PidFile | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as PidFile;
  } catch {
    return null;
  }
}

/** Whether a process with this id runs on this database: an id may have been given to another program since. */
async function isOurs(pid: number, files: Files): Promise<boolean> {
  return (await commandOf(pid)).includes(files.database);
}

async function commandOf(pid: number): Promise<string> {
  try {
    if (existsSync('/proc/self/cmdline')) return await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return (await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)])).stdout;
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function killQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** A database gets its schema only when it is made: one of another server version is set aside, and the store fills the new one. */
async function setAsideOtherVersion(files: Files, version: string): Promise<void> {
  const made = await readFile(files.version, 'utf8').catch(() => null);
  if (made !== version && existsSync(files.database)) {
    const suffix = `.set-aside-${Date.now()}`;
    const parts = (await readdir(files.folder)).filter((name) => /^temporal\.db(-wal|-shm|-journal)?$/.test(name));
    for (const name of parts) await rename(join(files.folder, name), join(files.folder, `${name}${suffix}`));
  }
  await writeFile(files.version, version);
}

function openLog(files: Files | null): number | 'ignore' {
  if (files === null) return 'ignore';
  const isLarge = existsSync(files.log) && statSync(files.log).size > 5_000_000;
  return openSync(files.log, isLarge ? 'w' : 'a');
}

function lastWords(files: Files | null): string {
  if (files === null || !existsSync(files.log)) return '';
  const last = readFileSync(files.log, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  return last === '' ? ` Its log is ${files.log}.` : ` Its log (${files.log}) ends with: ${last.slice(0, 500)}`;
}

function firstLine(child: ChildProcess, exited: Promise<string>): Promise<number> {
  return new Promise((settle, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => settle(Number.parseInt(chunk.toString(), 10)));
    void exited.then((how) => reject(new Error(how)));
  });
}

/** Serving means that the namespace is there: it is made a moment after the port opens. */
async function untilServing(address: string, namespace: string, exited: Promise<string>): Promise<void> {
  let end: string | null = null;
  void exited.then((how) => {
    end = how;
  });
  const connection = Connection.lazy({ address });
  try {
    for (const started = performance.now(); performance.now() - started < startDeadlineMs; ) {
      if (end !== null) throw new Error(`it ${String(end)}`);
      if (await isServing(connection, namespace)) return;
      await sleep(50);
    }
  } finally {
    await connection.close();
  }
  throw new Error(`it did not answer within ${startDeadlineMs / 1000} s`);
}

async function isServing(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.describeNamespace({ namespace }));
    return true;
  } catch {
    return false;
  }
}
