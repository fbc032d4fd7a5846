import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { ChildInstance, clean, packageFolder } from '../../examples/instance.js';
import { readRunningFile } from '../../src/instance/running-file.js';
import { freePort } from '../../src/temporal/free-port.js';
import { composeFile, environmentOf, ownServices } from './compose-file.js';
import { startPostgres } from './postgres-server.js';
import { eventually } from './watching.js';

/** What who starts docker-compose.yml must say. */
const said = { SOJOURN_SECRET: 'compose-without-containers-0123456789', POSTGRES_PASSWORD: 'none' };
/** As in `POSTGRES_USER` and `POSTGRES_DB`. */
const database = 'sojourn';

/** A service of docker-compose.yml as a process of this machine. */
export interface ComposeProcess {
  readonly dataFolder: string;
  /** Its two listeners. */
  readonly publicUrl: string;
  readonly adminUrl: string;
  start(): void;
  process(): ChildProcess;
  /** SIGKILL, and the end of the process. */
  kill(): Promise<void>;
  /** Answers the exit code, and what it said. */
  ended(): Promise<{ readonly code: number | null; readonly said: string }>;
  /** By the health check of the file. Throws what the process said where it has ended. */
  isHealthy(): Promise<boolean>;
}

/**
 * The services of docker-compose.yml that are ours, without containers: their environments with the names of hosts and the ports of this
 * machine.
 */
export class ComposeProcesses {
  readonly #byName: ReadonlyMap<string, ComposeProcess>;
  readonly #end: () => Promise<void>;

  private constructor(byName: ReadonlyMap<string, ComposeProcess>, end: () => Promise<void>) {
    this.#byName = byName;
    this.#end = end;
  }

  /** `temporal`: host:port of a server; `project`: what the file mounts. Nothing is started yet but PostgreSQL. */
  static async prepare(of: { readonly temporal: string; readonly project: string }): Promise<ComposeProcesses> {
    const postgres = await startPostgres();
    await makeDatabase(postgres.url);
    const data = await mkdtemp(join(tmpdir(), 'sojourn-compose-'));
    const taken = new Map<string, number>();
    const portOf = async (what: string): Promise<number> => {
      const port = taken.get(what) ?? (await freePort());
      taken.set(what, port);
      return port;
    };
    const shared = Object.fromEntries(
      await Promise.all(
        ['SOJOURN_MAILBOX_PORT', 'SOJOURN_SMTP_PORT', 'SOJOURN_PHONE_PORT', 'SOJOURN_INBOUND_SMTP_PORT'].map(
          async (name) => [name, String(await portOf(name))] as const,
        ),
      ),
    );
    const api = await portOf('api');
    const here = (text: string): string =>
      text
        .replaceAll('postgres:5432', new URL(postgres.url).host)
        .replaceAll('temporal:7233', of.temporal)
        .replaceAll('api:4000', `127.0.0.1:${api}`)
        .replaceAll('localhost:4000', `localhost:${api}`)
        .replaceAll('mailbox-and-phone', '127.0.0.1')
        .replaceAll('0.0.0.0', '127.0.0.1');
    const byName = new Map<string, ComposeProcess>();
    for (const [name, { command = [], healthcheck }] of ownServices()) {
      const [port, adminPort] = [await portOf(name), await portOf(`${name}-admin`)];
      const given = Object.fromEntries(Object.entries(environmentOf(name, said)).map(([setting, text]) => [setting, here(text)]));
      const ports = { ...shared, SOJOURN_PORT: String(port), SOJOURN_ADMIN_PORT: String(adminPort) };
      const env = { ...given, ...ports, SOJOURN_DATA: join(data, name), SOJOURN_PROJECT: of.project };
      const check = (healthcheck?.test ?? []).slice(1).map((word) => withPorts(word, ports));
      byName.set(name, processOf({ name, command, env, check, port, adminPort }));
    }
    return new ComposeProcesses(byName, async () => {
      await postgres.stop();
      await rm(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
    });
  }

  of(name: string): ComposeProcess {
    const found = this.#byName.get(name);
    if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}.`);
    return found;
  }

  /** The instance as its clients know it: by the keys and addresses in the data folder of `api`. */
  async instance(): Promise<ChildInstance> {
    const { dataFolder } = this.of('api');
    const running = await eventually('the keys of the api', () => readRunningFile(dataFolder));
    return new ChildInstance(running, this.of('api').process(), dataFolder);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#byName.values()].map((one) => one.kill()));
    await this.#end();
  }
}

/** The ports of the file, in the words of a health check. */
function withPorts(word: string, ports: Readonly<Record<string, string>>): string {
  const { services } = composeFile();
  const inFile = Object.entries(services['api']?.environment ?? {}).map(([name, port]) => [String(port), ports[name]] as const);
  const ours = new Map(inFile.filter(([, port]) => port !== undefined));
  return word.replaceAll(/\d{4,5}/g, (port) => ours.get(port) ?? port);
}

function processOf(of: {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly check: readonly string[];
  readonly port: number;
  readonly adminPort: number;
}): ComposeProcess {
  const { name, command, env, check } = of;
  let child: ChildProcess | null = null;
  let said = '';
  let ending: Promise<{ readonly code: number | null; readonly said: string }> | null = null;
  return {
    dataFolder: env['SOJOURN_DATA'] ?? '',
    publicUrl: `http://127.0.0.1:${of.port}`,
    adminUrl: `http://127.0.0.1:${of.adminPort}`,
    start: () => {
      const [, ...args] = command;
      const started = spawn(process.execPath, args, {
        cwd: packageFolder(),
        env: { ...clean(process.env), ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      said = '';
      started.stderr?.setEncoding('utf8').on('data', (part: string) => {
        said += part;
      });
      child = started;
      ending = new Promise((resolve) => started.once('close', (code) => resolve({ code, said })));
    },
    process: () => {
      if (child === null) throw new Error(`${name} was never started.`);
      return child;
    },
    kill: async () => {
      child?.kill('SIGKILL');
      await ending;
    },
    ended: async () => (await ending) ?? { code: null, said: `${name} was never started.` },
    isHealthy: async () => {
      const [program = '', ...args] = check;
      if (child?.exitCode != null) throw new Error(`${name} has ended with ${child.exitCode}. It said: ${said}`);
      if (program !== 'node') throw new Error(`The health check of ${name} is no command of Node.js.`);
      return promisify(execFile)(process.execPath, args).then(
        () => true,
        () => false,
      );
    },
  };
}

async function makeDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create role ${database} login`);
  await client.query(`create database ${database} owner ${database}`);
  await client.end();
}
