import { viewedCopy } from '../../channels/email/viewed-copy.js';
import { readLink } from '../../domain/keys/link-token.js';
import { day } from '../../domain/time/instant.js';
import { readTracked } from '../../domain/tracking/tracking-token.js';
import { readSentEmail } from '../../store/messages-read.js';
import type { AppDeps } from '../deps.js';

/** So long after it left a mail is shown in the browser: who has its link need be nobody whom it was for. */
const viewableMs = 90 * day;

/** `no-longer`: its time is over, or its content is not kept. Nobody learns which of the two. */
export type ViewedMail = { readonly kind: 'mail'; readonly html: string } | { readonly kind: 'no-longer' | 'unknown' };

/** A mail as it left, for the page behind its link: nothing in it acts or tells. Only looks. */
export async function viewMail(
  deps: Pick<AppDeps, 'store' | 'clock' | 'secret' | 'shop' | 'publicUrl'>,
  messageId: string,
): Promise<ViewedMail> {
  const sent = await readSentEmail(deps.store.db, messageId);
  if (sent === null) return { kind: 'unknown' };
  if (sent.html === null || deps.clock.now() - sent.submittedAt > viewableMs) return { kind: 'no-longer' };
  const html = viewedCopy(sent.html, {
    links: sent.links,
    readLink: (token) => readLink(deps.secret, token),
    readTracked: (token) => readTracked(deps.secret, token),
    siteUrl: deps.shop.siteUrl,
    askUrl: `${deps.publicUrl}/u?ask`,
  });
  return { kind: 'mail', html };
}
