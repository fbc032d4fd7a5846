import { createHash } from 'node:crypto';
import { keptCharacters } from '../../domain/values/kept-payload.js';
import { mailLetterSource } from '../../sources/letter-source.js';
import { keepLetter } from '../../store/dead-letters.js';
import { readMessageRecipient } from '../../store/messages-read.js';
import type { AppDeps } from '../deps.js';

/** Kept once, however often it comes. An absence note needs nobody's look, so it is kept as resolved. */
export async function keepEmail(
  deps: Pick<AppDeps, 'store' | 'clock' | 'newId'>,
  email: { readonly raw: Uint8Array },
  reason: EmailLetterReason,
  messageId: string | null,
): Promise<{ readonly kind: 'kept'; readonly reason: string }> {
  const at = deps.clock.now();
  const owner = messageId === null ? null : await readMessageRecipient(deps.store.db, messageId);
  // A report comes before what it gives back.
  const text = Buffer.from(email.raw).toString('utf8').slice(0, keptCharacters);
  await keepLetter(deps.store.db, {
    id: deps.newId(),
    digest: createHash('sha256').update(email.raw).digest('hex'),
    source: mailLetterSource,
    reason,
    detail: details[reason],
    payload: { mail: text, profileId: owner?.profileId ?? null },
    receivedAt: at,
    resolvedAt: reason === 'auto-reply' ? at : null,
  });
  return { kind: 'kept', reason };
}

type EmailLetterReason = keyof typeof details;

const details = {
  unreadable: 'The input is not a mail (RFC 5322).',
  'auto-reply': 'An automatic reply came to a return address.',
  'bounce-of-no-message': 'A bounce did not come to one of our signed return addresses, so it does not count.',
  'bounce-of-unknown-message': 'A bounce names a message that is not in the ledger, or reports only deliveries.',
  'complaint-about-no-message': 'A complaint names no message of ours; the address may be hidden.',
  'complaint-not-verified':
    'A complaint that is not verified: it did not come to a signed address, nor from a feedback loop of FEEDBACK_LOOPS with a valid signature (DKIM). Add its sender there if you have signed up for that loop; otherwise it may be forged.',
  'unsubscribe-of-no-message':
    'A request to unsubscribe names no message of ours. Find the person by the sender of the mail, and suppress the address by hand.',
  'auth-failure': 'A receiver reports that a mail did not pass SPF, DKIM or DMARC.',
  'feedback-of-another-kind': 'A feedback report that is not a complaint.',
  'no-report': 'A mail to a return address is not a readable report: read it yourself.',
  'no-feedback-report': 'A mail to the address for complaints is not a feedback report.',
  'not-for-us': 'A mail that is not addressed to one of our return addresses.',
} as const satisfies Readonly<Record<string, string>>;
