import { createHmac } from 'node:crypto';
import { readFirst, tokensIn } from '../keys/link-token.js';
import { isSameMac } from '../keys/same-mac.js';
import { readWithAny, type Secrets, signingKey } from '../keys/secrets.js';

/** A part of one message that tells when it is looked at: a link by its number, or the picture. */
export interface TrackedPart {
  readonly messageId: string;
  /** The number of the link in the message; null: the picture that tells of an open. */
  readonly link: number | null;
}

/**
 * Signs it: `3.<message id>.<mac>`, `o` instead of a number for the picture. No address is in it: what a link leads to is kept with the
 * message, so nobody can make one of ours lead elsewhere. 64 bits of HMAC-SHA256 are enough: a forged token would have to name a message
 * that nobody can guess, and would lead where that message leads. 46 characters for a message's id of 32.
 */
export function signTracked(secrets: Secrets, { messageId, link }: TrackedPart): string {
  const head = `${link ?? 'o'}.${messageId}`;
  return `${head}.${mac(signingKey(secrets, 'tracking'), head).toString('base64url')}`;
}

/**
 * What the token says; null when it was signed with none of the secrets or is none at all. What mailers and people add is passed over
 * (`tokensIn`).
 */
export function readTracked(secrets: Secrets, text: string): TrackedPart | null {
  return readFirst(tokensIn(text), (token) => readWithAny(secrets, 'tracking', (key) => readWith(key, token)));
}

function readWith(secret: string, token: string): TrackedPart | null {
  const [, head, part, messageId, signature] =
    /^((o|0|[1-9]\d{0,3})\.([A-Za-z0-9_-]{1,64}))\.([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])/.exec(token) ?? [];
  if (head === undefined || part === undefined || messageId === undefined || signature === undefined) return null;
  return isSameMac(mac(secret, head), signature) ? { messageId, link: part === 'o' ? null : Number(part) } : null;
}

function mac(secret: string, head: string): Buffer {
  return createHmac('sha256', secret).update(`sojourn.tracked\n${head}`).digest().subarray(0, 8);
}
