import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RunningInstance } from '../src/instance/running-file.js';

/** The API and the pages of a running Sojourn, asked over HTTP as anyone would. */
export class ApiClient {
  readonly running: RunningInstance;

  constructor(running: RunningInstance) {
    this.running = running;
  }

  /** GET a path of the API as JSON. Throws a sentence for anything but 2xx. */
  async get<T>(path: string): Promise<T> {
    return this.#call<T>('GET', path);
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.#call<T>('POST', path, body);
  }

  /** Every item of a paged list. */
  async all<T>(path: string): Promise<readonly T[]> {
    const items: T[] = [];
    for (let cursor: string | null = null; ; ) {
      const join = path.includes('?') ? '&' : '?';
      const page: { items: T[]; nextCursor: string | null } = await this.get(
        `${path}${join}limit=200${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      items.push(...page.items);
      if (page.nextCursor === null) return items;
      cursor = page.nextCursor;
    }
  }

  /** The service instant. */
  async now(): Promise<number> {
    const response = await fetch(`${this.running.apiUrl}/readyz`);
    const { now } = (await response.json()) as { now: string | number };
    return typeof now === 'number' ? now : Date.parse(now);
  }

  /** The listener that the world sees: events, pages, webhooks. */
  get publicUrl(): string {
    return this.running.publicUrl ?? this.running.apiUrl;
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.running.apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.running.apiKey ?? ''}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  }
}

/** A running Sojourn in a process of its own. */
export class ChildInstance extends ApiClient {
  readonly process: ChildProcess;
  readonly dataFolder: string;
  readonly #exited: Promise<number | null>;

  constructor(running: RunningInstance, process: ChildProcess, dataFolder: string) {
    super(running);
    this.process = process;
    this.dataFolder = dataFolder;
    this.#exited = new Promise((resolve) => process.once('exit', (code) => resolve(code)));
  }

  /** A clean stop, as Ctrl-C makes it. Answers the exit code. */
  async stop(): Promise<number | null> {
    if (this.process.exitCode !== null) return this.process.exitCode;
    this.process.kill('SIGTERM');
    return this.#exited;
  }

  /** What a power cut does to the process. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGKILL');
    await this.#exited;
  }
}

const readyWithinMs = 900_000;

/** Starts an instance on free ports with its data in `dataFolder`, and waits until all is healthy. Needs `npm run build`. */
export async function startChild(
  dataFolder: string,
  env: Readonly<Record<string, string>> = {},
  onLine: (line: string) => void = () => {},
): Promise<ChildInstance> {
  const root = packageFolder();
  const child = spawn(process.execPath, ['--enable-source-maps', join(root, 'dist', 'src', 'main.js')], {
    cwd: root,
    env: { ...clean(process.env), ...freePorts, SOJOURN_LOG_LEVEL: 'info', SOJOURN_DATA: dataFolder, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let last = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      last = line;
      onLine(line);
    }
  });
  const until = performance.now() + readyWithinMs;
  while (performance.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`Sojourn did not start: ${last}`);
    const running = readRunning(dataFolder);
    if (running !== null && running.pid === child.pid && (await isReady(running))) return new ChildInstance(running, child, dataFolder);
    await sleep(100);
  }
  child.kill('SIGKILL');
  throw new Error(`Sojourn was not ready in time: ${last}`);
}

const freePorts = Object.fromEntries(
  ['SOJOURN_PORT', 'SOJOURN_MAILBOX_PORT', 'SOJOURN_SMTP_PORT', 'SOJOURN_PHONE_PORT', 'SOJOURN_TEMPORAL_UI_PORT'].map((name) => [
    name,
    '0',
  ]),
);

/** Settings of the shell that starts a demo or a test must not leak into it. */
export function clean(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign =
    /^(SOJOURN_|DATABASE_|TEMPORAL_(?!CLI_PATH)|SMTP_|TWILIO_|DKIM_|BOUNCE_|EMAIL_WEBHOOK_|PUBLIC_URL|ORDER_LOOKUP_|NODE_OPTIONS|VITEST)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
}

function readRunning(dataFolder: string): RunningInstance | null {
  const file = join(dataFolder, 'running.json');
  if (!existsSync(file)) return null;
  const parsed = RunningInstance.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data : null;
}

async function isReady(running: RunningInstance): Promise<boolean> {
  try {
    return (await fetch(`${running.apiUrl}/healthz`)).ok;
  } catch {
    return false;
  }
}

/** The folder of package.json, from sources and from `dist` alike. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
