import { createPrivateKey } from 'node:crypto';
import DKIM from 'nodemailer/lib/dkim';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { OutgoingEmail } from '../../domain/messages/outgoing.js';

/** Who signs: `d=`, `s=` and a PEM of an RSA private key. */
export interface DkimSettings {
  readonly domain: string;
  readonly selector: string;
  readonly privateKey: string;
}

/** Where mail about a message comes back to. Null in settings: to the From domain, where Sojourn does not read it. */
export interface ReturnPaths {
  bounce(messageId: string): string;
  unsubscribe(messageId: string): string;
}

export interface ComposedEmail {
  readonly raw: Buffer;
  readonly envelope: { readonly from: string; readonly to: string };
  /** Without angle brackets. The same for every attempt, so a duplicate after a lost answer is recognisable. */
  readonly messageId: string;
}

// RFC 8058 wants both List-Unsubscribe fields signed; nodemailer's own list lacks the second.
const signedFields = [
  'From',
  'Sender',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'To',
  'Cc',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'List-Id',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'Feedback-ID',
].join(':');

/** A signer, or an error that says what is wrong with the key: nodemailer itself would send the mail unsigned. */
export function createSigner({ domain, selector, privateKey }: DkimSettings): DKIM {
  const key = createPrivateKey(privateKey);
  if (key.asymmetricKeyType !== 'rsa') throw new Error(`The DKIM key of ${selector}._domainkey.${domain} is not an RSA key.`);
  return new DKIM({ domainName: domain, keySelector: selector, privateKey, headerFieldNames: signedFields });
}

/** The whole mail as it goes over the wire. Message-ID and return path carry the message's id. */
export async function composeEmail(message: OutgoingEmail, signer: DKIM | null, returns: ReturnPaths | null): Promise<ComposedEmail> {
  const domain = message.from.address.slice(message.from.address.lastIndexOf('@') + 1);
  const messageId = `${message.messageId}@${domain}`;
  const mail = new MailComposer({
    // Objects only: a name or address given as text could turn into a second recipient by group syntax.
    from: { name: message.from.name, address: message.from.address },
    to: { name: message.to.name ?? '', address: message.to.address },
    ...(message.replyTo ? { replyTo: { name: '', address: message.replyTo } } : {}),
    messageId: `<${messageId}>`,
    subject: message.subject,
    text: message.text,
    html: message.html,
    headers: { ...listHeaders(message, returns), ...feedbackId(message) },
    newline: 'win',
    baseBoundary: message.messageId,
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  if (signer) mail.processFunc((input) => signer.sign(input));
  const from = returns?.bounce(message.messageId) ?? `bounce+${message.messageId}@${domain}`;
  return { raw: await mail.build(), envelope: { from, to: message.to.address }, messageId };
}

type PreparedHeaders = Record<string, { prepared: true; value: string }>;

/** Both fields or neither; prepared, because a folded List-Unsubscribe broke signatures on the way. */
function listHeaders({ messageId, unsubscribeUrl, listId }: OutgoingEmail, returns: ReturnPaths | null): PreparedHeaders {
  const byMail = returns === null ? '' : `, <mailto:${returns.unsubscribe(messageId)}?subject=unsubscribe>`;
  return {
    ...(listId ? { 'List-Id': { prepared: true, value: `<${bare(listId)}>` } } : {}),
    ...(unsubscribeUrl
      ? {
          'List-Unsubscribe': { prepared: true, value: `<${bare(unsubscribeUrl)}>${byMail}` },
          'List-Unsubscribe-Post': { prepared: true, value: 'List-Unsubscribe=One-Click' },
        }
      : {}),
  };
}

/** Gmail tells complaints of senders of a certain size by it: `campaign:tenant:class:sender`. */
function feedbackId({ feedbackId: id }: OutgoingEmail): PreparedHeaders {
  return id ? { 'Feedback-ID': { prepared: true, value: bare(id) } } : {};
}

/** A prepared value goes out as it is, so nothing may end its line or its bracket. */
function bare(value: string): string {
  return value.replace(/[\s<>]/g, '');
}
