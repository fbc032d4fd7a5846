import { createTransport } from 'nodemailer';
import type { DkimSettings } from '../../src/channels/email/compose.js';
import { createSmtpProvider, type SmtpProvider } from '../../src/channels/email/providers/smtp.js';
import type { OutgoingEmail } from '../../src/domain/messages/outgoing.js';
import { answerParent } from './child.js';
import { closedLoop } from './measure.js';

export interface EmailsSetup {
  readonly smtpUrl: string;
  readonly dkim: DkimSettings;
  /** What both send, with ids of their own. */
  readonly mail: OutgoingEmail;
  /** To the mail server, on each side. */
  readonly sessions: number;
}

export type EmailsSide = 'provider' | 'nodemailer';

/** More than there are sessions, so that none waits for us. */
const inFlightOf = (sessions: number): number => sessions * 4;

let setup: EmailsSetup | null = null;
let provider: SmtpProvider | null = null;
let bare: ReturnType<typeof openBare> | null = null;
let count = 0;

/** nodemailer as its own documentation sets up bulk sending: pooled, signing. */
function openBare({ smtpUrl, dkim, sessions }: EmailsSetup) {
  const { hostname, port } = new URL(smtpUrl);
  return createTransport({
    pool: true,
    host: hostname,
    port: Number(port),
    maxConnections: sessions,
    maxMessages: Number.POSITIVE_INFINITY,
    dkim: { domainName: dkim.domain, keySelector: dkim.selector, privateKey: dkim.privateKey },
  });
}

async function sendOurs(mail: OutgoingEmail): Promise<number> {
  const outcome = await provider?.submit({ ...mail, messageId: `ours-${++count}` }, { deadlineMs: 20_000 });
  if (outcome?.kind !== 'accepted') throw new Error(`A mail was not accepted: ${JSON.stringify(outcome)}`);
  return 1;
}

async function sendBare({ from, to, subject, text, html, unsubscribeUrl, replyTo }: OutgoingEmail): Promise<number> {
  await bare?.sendMail({
    messageId: `<bare-${++count}@bench.example>`,
    from: { name: from.name, address: from.address },
    to: { name: to.name ?? '', address: to.address },
    ...(replyTo === null ? {} : { replyTo }),
    subject,
    text,
    html,
    headers: {
      'List-Unsubscribe': { prepared: true, value: `<${unsubscribeUrl}>` },
      'List-Unsubscribe-Post': { prepared: true, value: 'List-Unsubscribe=One-Click' },
    },
  });
  return 1;
}

answerParent(
  {
    start: async (given: EmailsSetup) => {
      setup = given;
      provider = createSmtpProvider({ url: given.smtpUrl, dkim: given.dkim, poolSize: given.sessions });
      bare = openBare(given);
    },
    run: ({ side, seconds }: { side: EmailsSide; seconds: number }) => {
      if (setup === null) throw new Error('The sender of the bench has not been started.');
      const { mail, sessions } = setup;
      return closedLoop({ inFlight: inFlightOf(sessions), seconds }, () => (side === 'provider' ? sendOurs(mail) : sendBare(mail)));
    },
  },
  async () => {
    bare?.close();
    await provider?.close();
  },
);
