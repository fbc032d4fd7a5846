import { createHmac, timingSafeEqual } from 'node:crypto';
import { readWithAny, type Secrets, signingKey } from '../keys/secrets.js';
import { base32, type MessageId } from '../values/ids.js';

/**
 * An address of ours that mail comes back to. `bounce` and `unsubscribe` name the message that it answers, signed; `feedback` takes
 * complaints of mailbox providers, which name it themselves.
 */
export type ReturnAddress = { readonly kind: 'bounce' | 'unsubscribe'; readonly messageId: MessageId } | { readonly kind: 'feedback' };

const prefixes = { bounce: 'b', unsubscribe: 'unsub' } as const;
const feedbackMailbox = 'fbl';

/**
 * `b+<message>.<mac>@domain`, `unsub+<message>.<mac>@domain`: at most 64 characters before the @, and the same in capitals, because some
 * servers on the way change the case. 80 bits of HMAC-SHA256: nobody can stop another person's mail by guessing.
 */
export function writeReturnAddress(
  secrets: Secrets,
  domain: string,
  address: Extract<ReturnAddress, { readonly messageId: MessageId }>,
): string {
  return `${prefixes[address.kind]}+${address.messageId}.${mac(signingKey(secrets, 'return-addresses'), address.kind, address.messageId)}@${domain}`;
}

/** Null: no address of ours, or one that we did not sign. */
export function readReturnAddress(secrets: Secrets, domain: string, text: string): ReturnAddress | null {
  return readWithAny(secrets, 'return-addresses', (key) => readWith(key, domain, text));
}

function readWith(secret: string, domain: string, text: string): ReturnAddress | null {
  const address = text
    .trim()
    .replace(/^<(.*)>$/, '$1')
    .toLowerCase();
  const local = address.slice(0, address.lastIndexOf('@'));
  if (address.slice(local.length + 1) !== domain.toLowerCase()) return null;
  if (local === feedbackMailbox) return { kind: 'feedback' };
  const [, prefix, messageId, signature] = /^(b|unsub)\+([a-z0-9-]{1,40})\.([a-z2-7]{16})$/.exec(local) ?? [];
  if (prefix === undefined || messageId === undefined || signature === undefined) return null;
  const kind = prefix === prefixes.bounce ? 'bounce' : 'unsubscribe';
  const isSigned = timingSafeEqual(Buffer.from(signature), Buffer.from(mac(secret, kind, messageId)));
  return isSigned ? { kind, messageId: messageId as MessageId } : null;
}

function mac(secret: string, kind: string, messageId: string): string {
  return base32(createHmac('sha256', secret).update(`sojourn.return\n${kind}\n${messageId}`).digest().subarray(0, 10));
}
