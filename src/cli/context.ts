import { join } from 'node:path';
import type { Shop } from '../api/contract/shop.js';
import type { RunningInstance } from '../instance/running-file.js';
import { type ApiClient, createClient } from './client.js';
import { CliFailure } from './failure.js';

/** What a command gets from outside; tests hand in their own. */
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly url?: string;
  readonly apiKey?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** What a command did: a value for `--json`, the same as text for people. */
export interface Outcome {
  readonly value: unknown;
  readonly text: string;
  /** 1: it was done, and what it found is bad news (lint errors, a scenario that fails). */
  readonly exitCode?: 0 | 1;
}

/** A command's view of the world. */
export interface CliContext {
  readonly io: CliIo;
  /** The folder with shop.yaml, journeys/, policies/ and templates/. */
  readonly project: string;
  client(): Promise<ApiClient>;
  /** What runs from the data folder; null: nothing does, or --url names another server. */
  running(): Promise<RunningInstance | null>;
  /** Instants as the shop's people read them: `Thu 3 Dec 09:12`. */
  localTime(): Promise<(at: string | number | null) => string>;
}

export function createContext(io: CliIo, options: GlobalOptions): CliContext {
  let client: Promise<ApiClient> | undefined;
  let zone: Promise<string> | undefined;
  const context: CliContext = {
    io,
    project: io.env['SOJOURN_PROJECT'] ?? '.',
    client: () => (client ??= findServer(io, options)),
    running: async () => (options.url === undefined ? readRunning(dataFolderOf(io, options)) : null),
    localTime: async () => {
      zone ??= context.client().then(async (api) => (await api.get<Shop>('/v1/shop')).timeZone);
      const timeZone = await zone;
      const { formatLocal } = await import('../domain/time/time.js');
      return (at) => (at === null ? '–' : formatLocal(typeof at === 'number' ? at : Date.parse(at), timeZone));
    },
  };
  return context;
}

/** By `--url`, else by the file that a running instance writes into its data folder. */
async function findServer(io: CliIo, options: GlobalOptions): Promise<ApiClient> {
  const data = dataFolderOf(io, options);
  const running = await readRunning(data);
  const url = options.url ?? running?.apiUrl;
  if (url === undefined) {
    throw new CliFailure(
      `No running Sojourn found in ${data}: start it with npm start. (Looked for ${join(data, 'running.json')}; --data or SOJOURN_DATA name another folder, --url a server.)`,
    );
  }
  // A key goes only to the server that it was written for, unless it was handed over for this call.
  const own = options.url === undefined || options.url === running?.apiUrl;
  return createClient({ url, apiKey: options.apiKey ?? (own ? (running?.apiKey ?? null) : null) });
}

function dataFolderOf(io: CliIo, options: GlobalOptions): string {
  return options.data ?? io.env['SOJOURN_DATA'] ?? '.sojourn';
}

/** Imported when it is needed, so that help is quick: it reads by schemas. */
async function readRunning(data: string): Promise<RunningInstance | null> {
  return (await import('../instance/running-file.js')).readRunningFile(data);
}
