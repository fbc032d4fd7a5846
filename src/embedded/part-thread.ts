import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type MailboxOptions, startMailbox } from './mailbox/mailbox.js';
import type { PhoneOptions } from './phone/options.js';
import { startPhone } from './phone/phone.js';

/** Which local server a thread holds. */
export type PartOptions =
  | { readonly kind: 'mailbox'; readonly options: MailboxOptions }
  | { readonly kind: 'phone'; readonly options: PhoneOptions };

/** Messages to the thread. `door`: where returned mail or inbound texts go, and where that is reached. `ask` and `close` are answered. */
export type ToPart =
  | { readonly kind: 'door'; readonly url: string; readonly reachedAt?: string }
  | { readonly kind: 'ask'; readonly id: number; readonly name: string }
  | { readonly kind: 'close' };

export type FromPart =
  | { readonly kind: 'ready'; readonly url: string; readonly smtpUrl: string }
  | { readonly kind: 'failed'; readonly message: string; readonly code?: string; readonly port?: number }
  | { readonly kind: 'answer'; readonly id: number; readonly value: readonly (readonly string[])[] | null };

/** As the main thread sees the server that runs in this one. */
interface Part {
  readonly url: string;
  readonly smtpUrl: string;
  setDoor(url: string, reachedAt?: string): void;
  resolveTxt(name: string): readonly (readonly string[])[] | null;
  close(): Promise<void>;
}

async function serve(main: MessagePort): Promise<void> {
  const tell = (message: FromPart): void => main.postMessage(message);
  // Listens from the start: no message is sent before `ready`.
  const starting = start(workerData as PartOptions);
  main.on('message', (message: ToPart) => void starting.then((part) => hear(part, message, tell)).catch(() => undefined));
  try {
    const { url, smtpUrl } = await starting;
    tell({ kind: 'ready', url, smtpUrl });
  } catch (error) {
    const { message, code, port } = error as { readonly message: string; readonly code?: string; readonly port?: number };
    tell({ kind: 'failed', message, ...(code === undefined ? {} : { code }), ...(port === undefined ? {} : { port }) });
    main.close();
  }

  async function hear(part: Part, message: ToPart, answer: (message: FromPart) => void): Promise<void> {
    switch (message.kind) {
      case 'door':
        return part.setDoor(message.url, message.reachedAt);
      case 'ask':
        return answer({ kind: 'answer', id: message.id, value: part.resolveTxt(message.name) });
      case 'close':
        await part.close();
        return main.close();
    }
  }
}

/** `process.exit` ends this thread alone, at once and without a word: what a kill does to a process. */
const die = (): void => process.exit(1);

async function start(what: PartOptions): Promise<Part> {
  switch (what.kind) {
    case 'mailbox': {
      const mailbox = await startMailbox({ ...what.options, die });
      return { ...mailbox, setDoor: (url) => mailbox.setReturnDoor(url) };
    }
    case 'phone': {
      const phone = await startPhone({ ...what.options, die });
      return { ...phone, smtpUrl: '', setDoor: (url, reachedAt) => phone.setInboundUrl(url, reachedAt), resolveTxt: () => null };
    }
  }
}

if (parentPort !== null) await serve(parentPort);
