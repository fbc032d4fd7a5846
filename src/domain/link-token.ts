import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { base32 } from './ids.js';
import { readWithAny, type Secrets } from './secrets.js';

/** What a link does. It is part of the signature: a cart link never unsubscribes. */
export type LinkPurpose = 'unsubscribe' | 'preferences' | 'cart' | 'confirm';

export interface Link {
  readonly purpose: LinkPurpose;
  /** The message that carried the link; the person, the brand and the cart are found through it, in the store. `confirm`: what was asked for, and when. */
  readonly id: string;
}

const letters: Readonly<Record<LinkPurpose, string>> = { unsubscribe: 'u', preferences: 'p', cart: 'c', confirm: 'd' };
const purposes: Readonly<Record<string, LinkPurpose>> = { u: 'unsubscribe', p: 'preferences', c: 'cart', d: 'confirm' };

/**
 * Signs a link: `1uk3f2.<id>.<mac>`, that is format version, purpose, key id, then the id as it is and 16 bytes of HMAC-SHA256.
 * Short, because a text pays for each character (62 characters for a message id). It never expires: opting out must always work.
 */
export function signLink({ first: secret }: Secrets, link: Link): string {
  const head = `1${letters[link.purpose]}${keyId(secret)}`;
  return `${head}.${link.id}.${mac(secret, head, link.id).toString('base64url')}`;
}

/** What the link says; null when it was signed with none of the secrets or is not a link at all. */
export function readLink(secrets: Secrets, token: string): Link | null {
  return readWithAny(secrets, (secret) => readWith(secret, token));
}

function readWith(secret: string, token: string): Link | null {
  const [, head, letter, kid, id, signature] = /^(1([upcd])([a-z2-7]{4}))\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{22})$/.exec(token) ?? [];
  const purpose = letter === undefined ? undefined : purposes[letter];
  if (head === undefined || purpose === undefined || id === undefined || signature === undefined) return null;
  if (kid !== keyId(secret)) return null;
  const expected = mac(secret, head, id);
  const given = Buffer.from(signature, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected) ? { purpose, id } : null;
}

/** The head (version, purpose, key id) is signed too, so that none of it can be exchanged. */
function mac(secret: string, head: string, id: string): Buffer {
  return createHmac('sha256', secret).update(`sojourn.link\n${head}\n${id}`).digest().subarray(0, 16);
}

/** Names the key without telling it, so that an older key is not tried where a later one signed. */
function keyId(secret: string): string {
  return base32(createHash('sha256').update(`sojourn.link.kid\n${secret}`).digest()).slice(0, 4);
}
