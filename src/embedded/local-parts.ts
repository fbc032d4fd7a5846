import { Worker } from 'node:worker_threads';
import { type Mortal, type Supervised, supervise } from '../supervise.js';
import type { MailboxOptions } from './mailbox/mailbox.js';
import { complaintsOfMailbox } from './mailbox/returns.js';
import type { FromPart, PartOptions, ToPart } from './part-thread.js';
import type { PhoneOptions } from './phone/options.js';

type Log = Parameters<typeof supervise>[2];

/** The local mailbox in a thread of its own: it restarts when it dies, at the same ports and on the same files. */
export interface LocalMailbox {
  readonly url: string;
  readonly smtpUrl: string;
  isUp(): boolean;
  /** Where bounces and complaints are delivered, `smtp://127.0.0.1:port`; without it none are. */
  setReturnDoor(smtpUrl: string): void;
  /** Who sends its complaints, and which domain signs them. */
  readonly feedbackLoop: { readonly address: string; readonly domain: string };
  /** The key that signs them, as DNS would tell it; null: another name, or the mailbox is away. */
  resolveTxt(name: string): Promise<readonly (readonly string[])[] | null>;
  close(): Promise<void>;
}

/** The local phone, in the same way. */
export interface LocalPhone {
  readonly url: string;
  isUp(): boolean;
  /** `reachedAt`: where the listener of that address is reached, when not there. */
  setInboundUrl(url: string, reachedAt?: string): void;
  close(): Promise<void>;
}

export async function runMailbox(options: MailboxOptions, log: Log): Promise<LocalMailbox> {
  const { part, setDoor } = await run('The local mailbox', log, (before) => ({
    kind: 'mailbox',
    options: before === null ? options : { ...options, httpPort: portOf(before.url), smtpPort: portOf(before.smtpUrl) },
  }));
  const { url, smtpUrl } = part.current();
  return {
    url,
    smtpUrl,
    isUp: part.isUp,
    setReturnDoor: setDoor,
    feedbackLoop: complaintsOfMailbox,
    resolveTxt: (name) => (name.endsWith(`.${complaintsOfMailbox.domain}`) ? part.current().ask(name) : Promise.resolve(null)),
    close: part.stop,
  };
}

export async function runPhone(options: PhoneOptions, log: Log): Promise<LocalPhone> {
  const { part, setDoor } = await run('The local phone', log, (before) => ({
    kind: 'phone',
    options: before === null ? options : { ...options, httpPort: portOf(before.url) },
  }));
  return { url: part.current().url, isUp: part.isUp, setInboundUrl: setDoor, close: part.stop };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

async function run(
  name: string,
  log: Log,
  optionsFrom: (before: PartThread | null) => PartOptions,
): Promise<{ readonly part: Supervised<PartThread>; readonly setDoor: (url: string, reachedAt?: string) => void }> {
  let door: Parameters<PartThread['setDoor']> | null = null;
  const part = await supervise<PartThread>(
    name,
    async (before) => {
      const started = await startThread(name, optionsFrom(before));
      if (door !== null) started.setDoor(...door);
      return started;
    },
    log,
  );
  return {
    part,
    setDoor: (...told) => {
      door = told;
      part.current().setDoor(...told);
    },
  };
}

interface PartThread extends Mortal {
  readonly url: string;
  readonly smtpUrl: string;
  setDoor(url: string, reachedAt?: string): void;
  /** Null: it is no name of the mailbox's, or the thread ended before it answered. */
  ask(name: string): Promise<readonly (readonly string[])[] | null>;
}

/** Real milliseconds for a thread to let go; then it is ended. */
const closePatienceMs = 10_000;

/** From sources (tests) there is no compiled file beside this one: the build's is taken. */
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/src/embedded/part-thread.js' : './part-thread.js',
  import.meta.url,
);

/** Throws what the start of the server threw, with `code` and `port`. */
async function startThread(name: string, what: PartOptions): Promise<PartThread> {
  // A small nursery: a local server makes little, and its memory is the instance's.
  const worker = new Worker(threadFile, { workerData: what, execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: 2 } });
  const tell = (message: ToPart): void => worker.postMessage(message);
  const questions = new Map<number, (value: readonly (readonly string[])[] | null) => void>();
  let isStopping = false;
  let cause = '';
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('error', (error: Error) => {
    cause = ` (${error.name})`;
  });

  const ready = await new Promise<FromPart & { kind: 'ready' }>((resolve, reject) => {
    worker.on('message', (message: FromPart) => {
      switch (message.kind) {
        case 'ready':
          return resolve(message);
        case 'failed':
          return reject(Object.assign(new Error(message.message), { code: message.code, port: message.port }));
        case 'answer':
          questions.get(message.id)?.(message.value);
          questions.delete(message.id);
      }
    });
    worker.once('error', reject);
    void gone.then(() => reject(new Error(`${name} ended while it started.`)));
  });

  const ended = gone.then(() => {
    for (const answer of questions.values()) answer(null);
    questions.clear();
    return isStopping ? null : `${name} died${cause}.`;
  });
  let nextId = 1;
  return {
    url: ready.url,
    smtpUrl: ready.smtpUrl,
    ended,
    setDoor: (url, reachedAt) => tell({ kind: 'door', url, ...(reachedAt === undefined ? {} : { reachedAt }) }),
    ask: (txt) =>
      new Promise((resolve) => {
        const id = nextId++;
        questions.set(id, resolve);
        void ended.then(() => resolve(null));
        tell({ kind: 'ask', id, name: txt });
      }),
    stop: async () => {
      isStopping = true;
      tell({ kind: 'close' });
      const timer = setTimeout(() => void worker.terminate(), closePatienceMs);
      await gone;
      clearTimeout(timer);
    },
  };
}
