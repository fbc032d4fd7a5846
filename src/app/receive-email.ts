import { createHash } from 'node:crypto';
import { classifyReport, codeOfReport } from '../channels/email/bounce-class.js';
import type { DsnRecipient } from '../channels/email/dsn.js';
import { type InboundMail, readInboundMail, type ReturnedMail } from '../channels/email/inbound-mail.js';
import { bounceStatuses, complaintStatus, type DeliveryReportClass } from '../domain/bounce.js';
import { readLink } from '../domain/link-token.js';
import { type ReturnAddress, readReturnAddress } from '../domain/return-address.js';
import { countOpenLetters, keepLetter } from '../store/dead-letters.js';
import { readMessageRecipient } from '../store/messages-read.js';
import type { AppDeps } from './deps.js';
import { recordReceipt } from './record-receipt.js';
import { unsubscribe } from './unsubscribe.js';

export interface InboundEmailDeps extends AppDeps {
  /** Null: no mail comes back to us. */
  readonly bounceDomain: string | null;
}

/** A mail as a server handed it over. */
export interface ReceivedEmail {
  readonly raw: Uint8Array;
  /** Of the envelope; empty: not known, and the mail's own header is believed. */
  readonly recipients: readonly string[];
}

export type EmailResult =
  /** What it told is stored, for so many messages. */
  | { readonly kind: 'bounce' | 'complaint' | 'unsubscribe'; readonly messages: number }
  /** Nothing to do; it is kept for a person to look at, with this code. */
  | { readonly kind: 'kept'; readonly reason: string }
  /** Too much waits for a person already: the sender should try again later. */
  | { readonly kind: 'busy' };

/** Where dead letters of this kind come from. */
export const emailSource = 'email';

/** More open letters than this are not looked at by anybody, and whoever fills them is no mail server. */
const openLettersAtMost = 5_000;
/** As much of a mail as is kept: a report comes before what it gives back. */
const keptCharacters = 64 * 1024;

/** Does anything listen at this address? For the answer to RCPT TO. */
export function isOurAddress(deps: Pick<InboundEmailDeps, 'secret' | 'bounceDomain'>, address: string): boolean {
  return ownAddress(deps, address) !== null;
}

/**
 * Takes a mail that came back: a bounce, a complaint, or a wish to unsubscribe. All of it is committed when this answers; the same mail again changes
 * nothing. What says nothing of a message of ours is kept as a dead letter.
 */
export async function receiveEmail(deps: InboundEmailDeps, email: ReceivedEmail): Promise<EmailResult> {
  const mail = await readInboundMail(email.raw).catch(() => null);
  if (mail === null) return keep(deps, email, 'unreadable', null);
  const addressed = email.recipients.length > 0 ? email.recipients : mail.addressedTo;
  const targets = addressed.map((address) => ownAddress(deps, address)).filter((target) => target !== null);
  switch (mail.kind) {
    case 'dsn':
      return takeDsn(deps, email, mail, targets);
    case 'feedback':
      return takeFeedback(deps, email, mail, targets);
    case 'auto-reply':
      // Mail programs unsubscribe by themselves, and say so; an absence note never comes to that address.
      return wishesOf(targets).length > 0 ? takeLetter(deps, email, targets) : keep(deps, email, 'auto-reply', null);
    case 'other':
      return takeLetter(deps, email, targets);
  }
}

async function takeDsn(
  deps: InboundEmailDeps,
  email: ReceivedEmail,
  { dsn, returned }: Extract<InboundMail, { readonly kind: 'dsn' }>,
  targets: readonly ReturnAddress[],
): Promise<EmailResult> {
  const ids = messagesOf(deps, targets, returned);
  let told = 0;
  for (const messageId of ids) {
    const recipient = await readMessageRecipient(deps.store.db, messageId);
    if (recipient === null) continue;
    const report = decisive(dsn.recipients, recipient.address);
    const found = classifyReport(report);
    if (found === 'informational') continue;
    told += 1;
    const status = found === 'delayed' ? 'delayed' : bounceStatuses[found];
    await recordReceipt(deps, messageId, { provider: 'dsn', providerId: messageId, status, code: codeOfReport(report), to: null });
  }
  if (told > 0) return { kind: 'bounce', messages: told };
  return keep(deps, email, ids.length === 0 ? 'bounce-of-no-message' : 'bounce-of-unknown-message', null);
}

const mildestFirst: readonly DeliveryReportClass[] = ['informational', 'delayed', 'policy', 'soft', 'hard-unconfirmed', 'hard'];

/**
 * Each message has one recipient. A report about several tells of addresses that it was passed on to: the block of the message's own address decides; where
 * none is (blacked out, rewritten), the mildest, because it may have reached the person by another.
 */
function decisive(recipients: readonly DsnRecipient[], address: string | null): DsnRecipient {
  const isOwn = (text: string | null): boolean => text !== null && address !== null && text.toLowerCase() === address;
  const own = recipients.find(({ originalRecipient, finalRecipient }) => isOwn(originalRecipient) || isOwn(finalRecipient));
  const byRank = recipients.toSorted((a, b) => mildestFirst.indexOf(classifyReport(a)) - mildestFirst.indexOf(classifyReport(b)));
  const found = own ?? byRank[0];
  if (!found) throw new Error('A notification without a recipient came through its reader.');
  return found;
}

async function takeFeedback(
  deps: InboundEmailDeps,
  email: ReceivedEmail,
  { report, returned }: Extract<InboundMail, { readonly kind: 'feedback' }>,
  targets: readonly ReturnAddress[],
): Promise<EmailResult> {
  const senders = (report.fields.get('original-mail-from') ?? []).map((address) => ownAddress(deps, address)).filter((own) => own !== null);
  const ids = messagesOf(deps, [...targets, ...senders], returned);
  switch (report.feedbackType) {
    case 'abuse':
    case 'fraud':
    case 'virus':
    case 'other':
    case 'complaint': {
      let told = 0;
      for (const messageId of ids) {
        const receipt = {
          provider: 'arf',
          providerId: messageId,
          status: complaintStatus,
          code: `feedback-${report.feedbackType}`,
          to: null,
        };
        if ((await recordReceipt(deps, messageId, receipt)) !== 'unknown-message') told += 1;
      }
      return told > 0 ? { kind: 'complaint', messages: told } : keep(deps, email, 'complaint-about-no-message', null);
    }
    case 'opt-out':
    case 'opt-out-list':
    case 'unsubscribe':
      return stop(deps, email, ids, 'feedback-loop');
    case 'auth-failure':
      deps.metrics.alarm('not-authenticated');
      return keep(deps, email, 'auth-failure', null);
    default:
      return keep(deps, email, 'feedback-of-another-kind', null);
  }
}

/** A mail that somebody or something wrote to us. */
async function takeLetter(deps: InboundEmailDeps, email: ReceivedEmail, targets: readonly ReturnAddress[]): Promise<EmailResult> {
  const wishes = wishesOf(targets);
  if (wishes.length > 0) return stop(deps, email, wishes, 'list-unsubscribe-mail');
  const [bounced] = targets.flatMap((target) => (target.kind === 'bounce' ? [target.messageId] : []));
  return keep(deps, email, targets.length === 0 ? 'not-for-us' : bounced ? 'no-report' : 'no-feedback-report', bounced ?? null);
}

function wishesOf(targets: readonly ReturnAddress[]): readonly string[] {
  return targets.flatMap((target) => (target.kind === 'unsubscribe' ? [target.messageId] : []));
}

async function stop(deps: InboundEmailDeps, email: ReceivedEmail, ids: readonly string[], method: string): Promise<EmailResult> {
  let told = 0;
  for (const id of ids) if ((await unsubscribe(deps, id, { method, text: null })) !== 'unknown') told += 1;
  return told > 0 ? { kind: 'unsubscribe', messages: told } : keep(deps, email, 'unsubscribe-of-no-message', null);
}

/** By our own return address, else by what came back: our Message-ID, or the token of our unsubscribe link. */
function messagesOf(deps: InboundEmailDeps, targets: readonly ReturnAddress[], returned: ReturnedMail): readonly string[] {
  const named = targets.flatMap((target) => (target.kind === 'feedback' ? [] : [target.messageId]));
  if (named.length > 0) return [...new Set(named)];
  const byId = /^([a-z2-7]{32})@/.exec(returned.messageId ?? '')?.[1];
  if (byId !== undefined) return [byId];
  const token = /\/u\/([\w.-]+)/.exec(returned.listUnsubscribe ?? '')?.[1];
  const link = token === undefined ? null : readLink(deps.secret, token);
  return link?.purpose === 'unsubscribe' ? [link.id] : [];
}

function ownAddress({ secret, bounceDomain }: Pick<InboundEmailDeps, 'secret' | 'bounceDomain'>, address: string): ReturnAddress | null {
  return bounceDomain === null ? null : readReturnAddress(secret, bounceDomain, address);
}

/** Kept once, however often it comes. An absence note needs nobody's look, so it is kept as resolved. */
async function keep(deps: InboundEmailDeps, email: ReceivedEmail, reason: string, messageId: string | null): Promise<EmailResult> {
  if ((await countOpenLetters(deps.store.db, emailSource, openLettersAtMost)) >= openLettersAtMost) return { kind: 'busy' };
  const at = deps.clock.now();
  const owner = messageId === null ? null : await readMessageRecipient(deps.store.db, messageId);
  const text = Buffer.from(email.raw).toString('utf8').slice(0, keptCharacters);
  await keepLetter(deps.store.db, {
    id: deps.newId(),
    digest: createHash('sha256').update(email.raw).digest('hex'),
    source: emailSource,
    reason,
    detail: details[reason] ?? 'A mail came back that says nothing of a message of ours.',
    payload: { mail: text, profileId: owner?.profileId ?? null },
    receivedAt: at,
    resolvedAt: reason === 'auto-reply' ? at : null,
  });
  return { kind: 'kept', reason };
}

const details: Readonly<Record<string, string>> = {
  unreadable: 'What came in is no mail (RFC 5322).',
  'auto-reply': 'An absence note or the like came to a return address.',
  'bounce-of-no-message': 'A bounce names no message of ours: neither its recipient, nor what it gives back.',
  'bounce-of-unknown-message': 'A bounce names a message that is not in the ledger, or tells only of deliveries.',
  'complaint-about-no-message': 'A complaint names no message of ours; the address may be blacked out.',
  'unsubscribe-of-no-message':
    'A wish to unsubscribe names no message of ours. Find the person by the sender of the mail, and stop it by hand.',
  'auth-failure': 'A receiver reports that a mail did not pass SPF, DKIM or DMARC.',
  'feedback-of-another-kind': 'A feedback report that is no complaint.',
  'no-report': 'A mail to a return address is no delivery status notification: read what it says.',
  'no-feedback-report': 'A mail to the address for complaints is no feedback report.',
  'not-for-us': 'A mail that is addressed to none of our return addresses.',
};
