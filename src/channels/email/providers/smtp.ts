import { parseConnectionUrl } from 'nodemailer/lib/shared';
import type { BounceClass } from '../../../domain/messages/bounce.js';
import type { AttemptOutcome, ProviderWords } from '../../../domain/messages/message.js';
import type { OutgoingEmail, Provider } from '../../../domain/messages/outgoing.js';
import { withoutPersonalData } from '../../../domain/values/reply-text.js';
import { reachSmtp } from '../../reach.js';
import { checkEmail } from '../address.js';
import { classifyReport } from '../bounces/bounce-class.js';
import { type ComposedEmail, composeEmail, createSigner, type DkimSettings, type ReturnPaths } from '../compose.js';
import { type Delivery, SmtpPool } from './smtp-pool.js';

export interface SmtpSettings {
  /**
   * `smtp://` or `smtps://`, with user and password where the server wants them; nodemailer's connection options as query,
   * `?requireTLS=true`.
   */
  readonly url: string;
  readonly dkim: DkimSettings | null;
  /** Where bounces come back to; without it, to the From domain. */
  readonly returns?: ReturnPaths | null;
  /** Sessions at most. */
  readonly poolSize?: number;
}

export interface SmtpProvider extends Provider<OutgoingEmail> {
  /** Calls under way at most; more would wait inside. */
  readonly poolSize: number;
}

// Five sessions carried 466–519 mails a second to a local server where one carried 370–416.
const defaultPoolSize = 5;

/**
 * Sends mail over SMTP. An answer of the server is definite; no answer is definite too until the body begins to leave, and `unknown` from
 * then on. Throws at once when the DKIM key cannot sign.
 */
export function createSmtpProvider(settings: SmtpSettings): SmtpProvider {
  const { auth, ...connection } = parseConnectionUrl(settings.url);
  const poolSize = settings.poolSize ?? defaultPoolSize;
  const pool = new SmtpPool({ connection, auth: auth ? { user: auth.user ?? '', pass: auth.pass ?? '' } : null }, poolSize);
  const host = `${connection.host ?? 'localhost'}:${connection.port ?? (connection.secure ? 465 : 587)}`;
  const signer = settings.dkim ? createSigner(settings.dkim) : null;
  return {
    name: 'smtp',
    poolSize,
    submit: (message, options) =>
      submit({ pool, host, compose: (mail) => composeEmail(mail, signer, settings.returns ?? null) }, message, options),
    reach: () => reachSmtp(settings.url),
    close: () => pool.close(),
  };
}

async function submit(
  { pool, host, compose }: { readonly pool: SmtpPool; readonly host: string; readonly compose: Composer },
  message: OutgoingEmail,
  { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal?: AbortSignal },
): Promise<AttemptOutcome> {
  const address = checkEmail(message.to.address);
  if (address.kind === 'no') return { kind: 'not-sent', code: address.code, retry: false };

  const delivery: Delivery = { bodyLeft: false, isOver: false, connection: null };
  return new Promise((resolve) => {
    const end = (outcome: AttemptOutcome) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve({ ...outcome, said: { host, reply: outcome.said?.reply ?? null } });
    };
    const giveUp = (code: string) => {
      delivery.isOver = true;
      const outcome = withoutAnswer(delivery, code);
      delivery.connection?.destroy();
      end(outcome);
    };
    const onAbort = () => giveUp('aborted');
    const timer = setTimeout(() => giveUp('deadline'), deadlineMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) return onAbort();
    deliver(pool, compose, message, delivery).then(end, () => end(withoutAnswer(delivery, 'smtp-error')));
  });
}

type Composer = (message: OutgoingEmail) => Promise<ComposedEmail>;

async function deliver(pool: SmtpPool, compose: Composer, message: OutgoingEmail, delivery: Delivery): Promise<AttemptOutcome> {
  let mail: ComposedEmail;
  try {
    mail = await compose(message);
  } catch {
    return { kind: 'not-sent', code: 'not-composed', retry: false };
  }
  if (delivery.isOver) return withoutAnswer(delivery, 'deadline');
  try {
    const info = await pool.send(mail, delivery);
    return { kind: 'accepted', providerId: queueId(info.response) ?? mail.messageId, said: saidTo(message, info.response) };
  } catch (error) {
    const failure = error as SmtpError;
    return { ...outcomeOf(failure, delivery), said: saidTo(message, failure.response ?? failure.message) };
  }
}

/** What nodemailer tells of a failure. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly command?: string;
}

function outcomeOf(error: SmtpError, delivery: Delivery): AttemptOutcome {
  const { responseCode: reply } = error;
  if (reply === undefined || reply < 400 || reply > 599) {
    // Refused by ourselves before anything was said: larger than the server takes, an envelope that cannot be written.
    const isOurs = !delivery.bodyLeft && (error.code === 'EMESSAGE' || error.code === 'EENVELOPE');
    if (isOurs) return { kind: 'not-sent', code: `smtp-${error.code?.toLowerCase()}`, retry: false };
    return withoutAnswer(delivery, `smtp-${(error.originalCode ?? error.code ?? 'error').toLowerCase()}`);
  }
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(error.response ?? '')?.[1] ?? null;
  const retry = reply < 500 || isAboutUs(error);
  const bounce = retry ? null : bounceOf(error, enhanced);
  return {
    kind: 'not-sent',
    code: enhanced ? `smtp-${reply}-${enhanced}` : `smtp-${reply}`,
    retry,
    ...(bounce === null ? {} : { bounce }),
    ...(bounce === 'hard' ? { suppress: true } : {}),
  };
}

/** A final refusal of recipient or content, by the table that reads bounces too. Null: it was about neither. */
function bounceOf({ command, response }: SmtpError, enhanced: string | null): BounceClass | null {
  if (command !== 'RCPT TO' && command !== 'DATA') return null;
  const found = classifyReport({ action: 'failed', status: enhanced, diagnostic: response ?? null });
  return found === 'delayed' || found === 'informational' ? null : found;
}

/** Faults of our account or session, which an operator mends: the mail itself was not refused. */
function isAboutUs({ command, responseCode }: SmtpError): boolean {
  return /^(CONN|EHLO|HELO|STARTTLS|AUTH|API)/.test(command ?? '') || ourFaults.has(responseCode ?? 0);
}

const ourFaults: ReadonlySet<number> = new Set([503, 530, 534, 535, 538]);

function withoutAnswer({ bodyLeft }: Delivery, code: string): AttemptOutcome {
  return bodyLeft ? { kind: 'unknown', code } : { kind: 'not-sent', code, retry: true };
}

function saidTo({ to }: OutgoingEmail, reply: string): ProviderWords {
  return { host: null, reply: withoutPersonalData(reply, [to.address, to.name]) };
}

/** The server's own name for the mail, where its answer has one. */
function queueId(response: string): string | null {
  return /\bqueued as ([\w-]{4,80})/i.exec(response)?.[1] ?? null;
}
