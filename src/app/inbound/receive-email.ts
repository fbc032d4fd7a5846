import { decisive, readNotice } from '../../channels/email/bounces/notice.js';
import type { TextReport } from '../../channels/email/bounces/text-report.js';
import { type InboundMail, type ReturnedMail, readInboundMail } from '../../channels/email/inbound-mail.js';
import { type ResolveTxt, verifyFeedback } from '../../channels/email/verify-feedback.js';
import { readLink } from '../../domain/keys/link-token.js';
import { bounceStatuses, complaintStatus, verifiedComplaints } from '../../domain/messages/bounce.js';
import type { FeedbackLoop } from '../../domain/messages/feedback-loop.js';
import { type ReturnAddress, readReturnAddress } from '../../domain/messages/return-address.js';
import { readMessageRecipient } from '../../store/messages-read.js';
import { unsubscribe } from '../consent/unsubscribe.js';
import type { AppDeps } from '../deps.js';
import { keepEmail } from './keep-email.js';
import { recordReceipt } from './record-receipt.js';

export interface InboundEmailDeps extends AppDeps {
  /** Null: no mail comes back to us. */
  readonly bounceDomain: string | null;
  /** The mailbox providers whose complaints count at `fbl@`. */
  readonly feedbackLoops: readonly FeedbackLoop[];
  /** DNS, for the keys that they sign with. */
  readonly resolveTxt: ResolveTxt;
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
  /**
   * The sender should try again later: too much waits for a person already (`busy`), or DNS does not tell whether it may be believed
   * (`unproven`).
   */
  | { readonly kind: 'busy' | 'unproven' };

/** Does anything listen at this address? For the answer to RCPT TO. */
export function isOurAddress(deps: Pick<InboundEmailDeps, 'secret' | 'bounceDomain'>, address: string): boolean {
  return ownAddress(deps, address) !== null;
}

/**
 * Processes a returned mail: a bounce, a complaint, or a request to unsubscribe. Everything is committed when it returns; the same mail
 * again changes nothing. A bounce counts only at its signed address; a complaint there, or from a feedback loop that has signed it: every
 * recipient of our mail knows its Message-ID, and could end the mails of others by it. What says nothing of a message of ours is kept as a
 * dead letter.
 */
export async function receiveEmail(deps: InboundEmailDeps, email: ReceivedEmail): Promise<EmailResult> {
  const mail = await readInboundMail(email.raw).catch(() => null);
  if (mail === null) return keepEmail(deps, email, 'unreadable', null);
  const addressed = email.recipients.length > 0 ? email.recipients : mail.addressedTo;
  const targets = addressed.map((address) => ownAddress(deps, address)).filter((target) => target !== null);
  switch (mail.kind) {
    case 'dsn':
      return takeReport(deps, email, targets, (address) => readNotice(decisive(mail.dsn.recipients, address), mail.inWords));
    case 'text-report':
      // A wish to unsubscribe may be written in any words.
      return wishesOf(targets).length > 0 ? takeLetter(deps, email, mail, targets) : takeReport(deps, email, targets, () => mail.inWords);
    case 'feedback':
      return takeFeedback(deps, email, mail, targets);
    case 'auto-reply':
      // Mail programs unsubscribe by themselves, and say so; an absence note never comes to that address.
      return wishesOf(targets).length > 0 ? takeLetter(deps, email, mail, targets) : keepEmail(deps, email, 'auto-reply', null);
    case 'other':
      return takeLetter(deps, email, mail, targets);
  }
}

async function takeReport(
  deps: InboundEmailDeps,
  email: ReceivedEmail,
  targets: readonly ReturnAddress[],
  read: (address: string | null) => TextReport,
): Promise<EmailResult> {
  const ids = bouncesOf(targets);
  let told = 0;
  for (const messageId of ids) {
    const recipient = await readMessageRecipient(deps.store.db, messageId);
    if (recipient === null) continue;
    const { found, code } = read(recipient.address);
    if (found === 'informational') continue;
    told += 1;
    const status = found === 'delayed' ? 'delayed' : bounceStatuses[found];
    await recordReceipt(deps, messageId, { provider: 'dsn', providerId: messageId, status, code, to: null });
  }
  if (told > 0) return { kind: 'bounce', messages: told };
  return keepEmail(deps, email, ids.length === 0 ? 'bounce-of-no-message' : 'bounce-of-unknown-message', ids[0] ?? null);
}

async function takeFeedback(
  deps: InboundEmailDeps,
  email: ReceivedEmail,
  { report, returned }: Extract<InboundMail, { readonly kind: 'feedback' }>,
  targets: readonly ReturnAddress[],
): Promise<EmailResult> {
  const senders = (report.fields.get('original-mail-from') ?? []).map((address) => ownAddress(deps, address)).filter((own) => own !== null);
  const named = await provenMessages(deps, email, [...targets, ...senders], returned);
  if (named.kind === 'away') return { kind: 'unproven' };
  switch (report.feedbackType) {
    case 'abuse':
    case 'fraud':
    case 'virus':
    case 'other':
    case 'complaint':
      return takeComplaint(deps, email, named, `feedback-${report.feedbackType}`);
    case 'opt-out':
    case 'opt-out-list':
    case 'unsubscribe':
      return named.kind === 'unverified'
        ? keepEmail(deps, email, 'complaint-not-verified', null)
        : stop(deps, email, named.ids, 'feedback-loop');
    case 'auth-failure':
      // Anybody can write such a report: it pages nobody unless it is proven.
      if (named.kind !== 'unverified') deps.metrics.alarm('not-authenticated');
      return keepEmail(deps, email, 'auth-failure', null);
    default:
      return keepEmail(deps, email, 'feedback-of-another-kind', null);
  }
}

/**
 * Who complained: `signed`, a person with the mail; `verified`, a mailbox provider on behalf of a recipient. Only `verified` counts for
 * breakers.
 */
type Named =
  | { readonly kind: 'signed' | 'verified'; readonly ids: readonly string[] }
  | { readonly kind: 'unverified' }
  | { readonly kind: 'away' };

async function provenMessages(
  deps: InboundEmailDeps,
  email: ReceivedEmail,
  addresses: readonly ReturnAddress[],
  returned: ReturnedMail,
): Promise<Named> {
  const signed = bouncesOf(addresses);
  const proof = await verifyFeedback(Buffer.from(email.raw), deps.feedbackLoops, deps.resolveTxt);
  if (proof === 'verified') return { kind: 'verified', ids: signed.length > 0 ? signed : messagesNamedBy(deps, returned) };
  if (signed.length > 0) return { kind: 'signed', ids: signed };
  return { kind: proof };
}

async function takeComplaint(deps: InboundEmailDeps, email: ReceivedEmail, named: Named, code: string): Promise<EmailResult> {
  if (named.kind === 'away') return { kind: 'unproven' };
  if (named.kind === 'unverified') return keepEmail(deps, email, 'complaint-not-verified', null);
  const provider = named.kind === 'verified' ? verifiedComplaints : 'arf';
  let told = 0;
  for (const messageId of named.ids) {
    const receipt = { provider, providerId: messageId, status: complaintStatus, code, to: null };
    if ((await recordReceipt(deps, messageId, receipt)) !== 'unknown-message') told += 1;
  }
  return told > 0 ? { kind: 'complaint', messages: told } : keepEmail(deps, email, 'complaint-about-no-message', null);
}

/** A mail that somebody or something wrote to us. */
async function takeLetter(
  deps: InboundEmailDeps,
  email: ReceivedEmail,
  mail: InboundMail,
  targets: readonly ReturnAddress[],
): Promise<EmailResult> {
  const wishes = wishesOf(targets);
  if (wishes.length > 0) return stop(deps, email, wishes, 'list-unsubscribe-mail');
  if (mail.kind === 'other' && targets.some(({ kind }) => kind === 'feedback') && messagesNamedBy(deps, mail.returned).length > 0)
    // Microsoft's loop (JMRP) gives the mail back without a feedback part.
    return takeComplaint(deps, email, await provenMessages(deps, email, [], mail.returned), 'feedback-returned-mail');
  const [bounced] = bouncesOf(targets);
  return keepEmail(deps, email, targets.length === 0 ? 'not-for-us' : bounced ? 'no-report' : 'no-feedback-report', bounced ?? null);
}

function bouncesOf(targets: readonly ReturnAddress[]): readonly string[] {
  return [...new Set(targets.flatMap((target) => (target.kind === 'bounce' ? [target.messageId] : [])))];
}

function wishesOf(targets: readonly ReturnAddress[]): readonly string[] {
  return targets.flatMap((target) => (target.kind === 'unsubscribe' ? [target.messageId] : []));
}

async function stop(deps: InboundEmailDeps, email: ReceivedEmail, ids: readonly string[], method: string): Promise<EmailResult> {
  let told = 0;
  for (const id of ids) if ((await unsubscribe(deps, id, { method, text: null })) !== 'unknown') told += 1;
  return told > 0 ? { kind: 'unsubscribe', messages: told } : keepEmail(deps, email, 'unsubscribe-of-no-message', null);
}

/** What came back: our Message-ID, or the token of our unsubscribe link. Every recipient knows both, so it proves nothing by itself. */
function messagesNamedBy(deps: InboundEmailDeps, returned: ReturnedMail): readonly string[] {
  const byId = /^([a-z2-7]{32})@/.exec(returned.messageId ?? '')?.[1];
  if (byId !== undefined) return [byId];
  const token = /\/u\/([\w.-]+)/.exec(returned.listUnsubscribe ?? '')?.[1];
  const link = token === undefined ? null : readLink(deps.secret, token);
  return link?.purpose === 'unsubscribe' ? [link.id] : [];
}

function ownAddress({ secret, bounceDomain }: Pick<InboundEmailDeps, 'secret' | 'bounceDomain'>, address: string): ReturnAddress | null {
  return bounceDomain === null ? null : readReturnAddress(secret, bounceDomain, address);
}
