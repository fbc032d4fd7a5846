import { createPrivateKey } from 'node:crypto';
import DKIM from 'nodemailer/lib/dkim';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { OutgoingEmail } from '../../domain/outgoing.js';

/** Who signs: `d=`, `s=` and a PEM of an RSA private key. */
export interface DkimSettings {
  readonly domain: string;
  readonly selector: string;
  readonly privateKey: string;
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
].join(':');

/** A signer, or an error that says what is wrong with the key: nodemailer itself would send the mail unsigned. */
export function createSigner({ domain, selector, privateKey }: DkimSettings): DKIM {
  const key = createPrivateKey(privateKey);
  if (key.asymmetricKeyType !== 'rsa') throw new Error(`The DKIM key of ${selector}._domainkey.${domain} is not an RSA key.`);
  return new DKIM({ domainName: domain, keySelector: selector, privateKey, headerFieldNames: signedFields });
}

/** The whole mail as it goes over the wire. Message-ID and return path carry the message's id at the sender's domain. */
export async function composeEmail(message: OutgoingEmail, signer: DKIM | null): Promise<ComposedEmail> {
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
    headers: listHeaders(message),
    newline: 'win',
    baseBoundary: message.messageId,
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  if (signer) mail.processFunc((input) => signer.sign(input));
  return { raw: await mail.build(), envelope: { from: `bounce+${message.messageId}@${domain}`, to: message.to.address }, messageId };
}

/** Both fields or neither; prepared, because a folded List-Unsubscribe broke signatures on the way. */
function listHeaders({ unsubscribeUrl, listId }: OutgoingEmail): Record<string, { prepared: true; value: string }> {
  return {
    ...(listId ? { 'List-Id': { prepared: true, value: `<${bare(listId)}>` } } : {}),
    ...(unsubscribeUrl
      ? {
          'List-Unsubscribe': { prepared: true, value: `<${bare(unsubscribeUrl)}>` },
          'List-Unsubscribe-Post': { prepared: true, value: 'List-Unsubscribe=One-Click' },
        }
      : {}),
  };
}

/** A prepared value goes out as it is, so nothing may end its line or its bracket. */
function bare(value: string): string {
  return value.replace(/[\s<>]/g, '');
}
