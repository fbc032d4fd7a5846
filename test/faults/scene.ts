import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildInstance, startChild } from '../../examples/instance.js';
import { openStore, type Store } from '../../src/store/db.js';
import { freePort } from '../../src/temporal/free-port.js';
import { makeProject } from '../support/project.js';
import type { Campaign } from './campaign.js';

/**
 * A throw-away instance of the product, in a process of its own, that can be hurt. Its addresses stay the same over restarts, as a shop's
 * do.
 */
export class Scene {
  /** `SOJOURN_DATA`. */
  readonly dataFolder: string;
  readonly say: (line: string) => void;
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  #instance: Promise<ChildInstance> | null = null;
  #isClosed = false;
  readonly #closers: (() => Promise<unknown>)[] = [];

  private constructor(folder: string, env: Readonly<Record<string, string>>, say: (line: string) => void) {
    this.#folder = folder;
    this.#env = env;
    this.say = say;
    this.dataFolder = join(folder, 'data');
  }

  static async open({ journeys, prepare }: Pick<Campaign, 'journeys' | 'prepare'>, say: (line: string) => void): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), 'sojourn-faults-'));
    const project = await makeProject(journeys);
    await prepare?.(project);
    const names = ['SOJOURN_PORT', 'SOJOURN_MAILBOX_PORT', 'SOJOURN_SMTP_PORT', 'SOJOURN_PHONE_PORT'];
    const ports = await Promise.all(names.map(async (name) => [name, String(await freePort())] as const));
    const scene = new Scene(folder, { ...Object.fromEntries(ports), SOJOURN_PROJECT: project, SOJOURN_LOG_LEVEL: 'error' }, say);
    await mkdir(scene.dataFolder);
    scene.onClose(() => rm(project, { recursive: true, force: true }));
    return scene;
  }

  /** Starts the instance, or starts it again on the same data. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<ChildInstance> {
    if (this.#isClosed) throw new Error('The campaign was given up.');
    this.#instance = startChild(this.dataFolder, { ...this.#env, ...env }, (line) => this.say(`instance: ${describe(line)}`));
    return this.#instance;
  }

  /** What a power cut does: the process, its Temporal server and the server's supervisor get SIGKILL in one go. */
  async killEverything(): Promise<void> {
    const instance = await this.#instance;
    const { server, supervisor } = JSON.parse(readFileSync(join(this.dataFolder, 'temporal', 'temporal.pid'), 'utf8')) as Pids;
    const isGone = instance?.kill();
    for (const pid of [supervisor, server]) killQuietly(pid);
    await isGone;
  }

  /** A clean stop, as Ctrl-C makes it. Throws when it is not clean. */
  async stop(): Promise<void> {
    const instance = await this.#instance;
    this.#instance = null;
    const code = await instance?.stop();
    if (code !== 0) throw new Error(`The instance ended with code ${code}.`);
  }

  /** Looks into a copy of the store of an instance that does not run; the original stays as the crash left it. */
  async peek<T>(look: (store: Store) => Promise<T>): Promise<T> {
    const copy = await mkdtemp(join(this.#folder, 'copy-'));
    await cp(join(this.dataFolder, 'store'), join(copy, 'store'), { recursive: true });
    const store = await openStore({ dataDir: join(copy, 'store') });
    try {
      return await look(store);
    } finally {
      await store.close();
      await rm(copy, { recursive: true, force: true });
    }
  }

  /** A folder of the scene's own; it goes with the scene. */
  folder(name: string): string {
    return join(this.#folder, name);
  }

  onClose(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  /** Ends whatever was started, also in the middle of a start, and deletes all data. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const instance = await this.#instance?.catch(() => null);
    await instance?.stop();
    for (const close of this.#closers.reverse()) await close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

interface Pids {
  readonly server: number;
  readonly supervisor: number;
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended with the others.
  }
}

/** The sentence of a log line. */
function describe(line: string): string {
  try {
    const { msg, level: _level, time: _time, pid: _pid, hostname: _hostname, ...more } = JSON.parse(line) as Record<string, unknown>;
    return `${String(msg)} ${JSON.stringify(more)}`;
  } catch {
    return line;
  }
}
