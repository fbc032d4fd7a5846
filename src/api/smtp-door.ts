import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { type InboundEmailDeps, isOurAddress, receiveEmail } from '../app/receive-email.js';
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

/**
 * Takes mail for our return addresses over SMTP: bounces, complaints, wishes to unsubscribe. Any other recipient is refused (550), so it relays nothing. A mail
 * is answered 250 once what it tells is committed. It speaks no TLS; where it stands in the open, put a mail server before it that does.
 */
export async function startSmtpDoor(
  deps: InboundEmailDeps,
  listening: { readonly host: string; readonly port: number },
): Promise<SmtpDoor> {
  const server = new SMTPServer({
    name: deps.bounceDomain ?? 'localhost',
    banner: 'return addresses only',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    size: largestInboundMail,
    maxClients: sessionsAtMost,
    socketTimeout: silenceMs,
    closeTimeout: 5_000,
    logger: false,
    onRcptTo: ({ address }, _session, callback) => {
      callback(isOurAddress(deps, address) ? null : refusal(550, '5.1.1 Nobody reads mail here'));
    },
    onData: (stream, session, callback) => {
      void take(
        deps,
        stream,
        session.envelope.rcptTo.map(({ address }) => address),
      ).then(
        (refused) => (refused ? callback(refused) : callback(null, '2.0.0 Taken')),
        (error: unknown) => {
          deps.log.error(
            { error: error instanceof Error ? error.name : 'unknown' },
            'A mail that came in could not be stored; its server tries again.',
          );
          callback(refusal(451, '4.3.0 Not now'));
        },
      );
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

async function take(deps: InboundEmailDeps, stream: SMTPServerDataStream, recipients: readonly string[]): Promise<Error | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    // The rest is read and dropped: the answer comes after it.
    if (size <= largestInboundMail) chunks.push(chunk as Buffer);
  }
  if (size > largestInboundMail) return refusal(552, '5.3.4 Too large');
  const result = await receiveEmail(deps, { raw: Buffer.concat(chunks), recipients });
  return result.kind === 'busy' ? refusal(451, '4.3.1 Too much waits here already') : null;
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}
