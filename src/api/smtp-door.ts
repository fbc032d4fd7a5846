import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { type InboundEmailDeps, isOurAddress, receiveEmail } from '../app/inbound/receive-email.js';
import { largestInboundMail } from './routes/email-inbound.js';

export interface SmtpDoor {
  readonly host: string;
  readonly port: number;
  /** Takes no further mail, and lets what is being stored be answered. */
  close(): Promise<void>;
}

/** A mail server has a few sessions at a time; more is somebody else. */
const sessionsAtMost = 50;
const silenceMs = 60_000;

export interface InboundLimits {
  /** Mails that are read or stored at once: 10 MB each, and twice that while a mail is put together. */
  readonly mailsAtOnce: number;
  /** In which a mail must have come, real time: after that it keeps no place from others. */
  readonly mailMs: number;
}

const limitsOfDoor: InboundLimits = { mailsAtOnce: 8, mailMs: 120_000 };

/**
 * Takes mail for our return addresses over SMTP: bounces, complaints, wishes to unsubscribe. Any other recipient is refused (550), so it
 * relays nothing. A mail is answered 250 once what it tells is committed. It speaks no TLS; where it stands in the open, put a mail server
 * before it that does.
 */
export async function startSmtpDoor(
  deps: InboundEmailDeps,
  listening: { readonly host: string; readonly port: number },
  limits: InboundLimits = limitsOfDoor,
): Promise<SmtpDoor> {
  let underWay = 0;
  const isFull = (): boolean => underWay >= limits.mailsAtOnce;
  const server = new SMTPServer({
    name: deps.bounceDomain ?? 'localhost',
    banner: 'return addresses only',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    // Our answers say their own; the library would put its guess before them.
    hideENHANCEDSTATUSCODES: true,
    size: largestInboundMail,
    maxClients: sessionsAtMost,
    socketTimeout: silenceMs,
    closeTimeout: 5_000,
    logger: false,
    // Told before the mail is sent, where that can be known.
    onMailFrom: (_sender, _session, callback) => {
      callback(isFull() ? tooMany() : null);
    },
    onRcptTo: ({ address }, _session, callback) => {
      callback(isOurAddress(deps, address) ? null : refusal(550, '5.1.1 Nobody reads mail here'));
    },
    onData: (stream, session, callback) => {
      // What is not read is dropped: the answer comes behind it.
      if (isFull()) {
        callback(tooMany());
        return;
      }
      underWay += 1;
      const recipients = session.envelope.rcptTo.map(({ address }) => address);
      void take(deps, stream, recipients, limits.mailMs)
        .then(
          (refused) => (refused ? callback(refused) : callback(null, '2.0.0 Taken')),
          (error: unknown) => {
            deps.log.error(
              { error: error instanceof Error ? error.name : 'unknown' },
              'A mail that came in could not be stored; its server tries again.',
            );
            callback(refusal(451, '4.3.0 Not now'));
          },
        )
        .finally(() => (underWay -= 1));
    },
  });
  // A client that goes away in the middle is no fault of ours.
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(listening.port, listening.host, () => {
      server.server.removeListener('error', reject);
      resolve();
    });
  });
  const { address, port } = server.server.address() as AddressInfo;
  return { host: address, port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function take(
  deps: InboundEmailDeps,
  stream: SMTPServerDataStream,
  recipients: readonly string[],
  withinMs: number,
): Promise<Error | null> {
  const raw = await read(stream, withinMs);
  if (!Buffer.isBuffer(raw)) return raw;
  const result = await receiveEmail(deps, { raw, recipients });
  if (result.kind === 'unproven') return refusal(451, '4.4.3 Your signature cannot be looked up now');
  return result.kind === 'busy' ? refusal(451, '4.3.1 Too much waits here already') : null;
}

/** The mail, or why it is not taken. Nothing is kept from then on: the rest is read and dropped, because the answer comes behind it. */
function read(stream: SMTPServerDataStream, withinMs: number): Promise<Buffer | Error> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    let isSettled = false;
    const settle = (result: Buffer | Error): void => {
      clearTimeout(timer);
      isSettled = true;
      chunks = [];
      resolve(result);
    };
    const timer = setTimeout(() => settle(refusal(451, '4.4.2 It came too slowly')), withinMs);
    stream.on('data', (chunk: Buffer) => {
      if (isSettled) return;
      size += chunk.length;
      chunks.push(chunk);
      if (size > largestInboundMail) settle(refusal(552, '5.3.4 Too large'));
    });
    stream.on('end', () => settle(Buffer.concat(chunks)));
    // The client went away; nobody hears the answer.
    stream.on('error', () => settle(refusal(451, '4.4.2 It did not come whole')));
  });
}

function tooMany(): Error {
  return refusal(452, '4.3.1 Too many mails at once, try again later');
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}
