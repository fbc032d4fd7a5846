import { createHash, createHmac } from 'node:crypto';
import { base32 } from '../values/ids.js';
import { isSameMac } from './same-mac.js';
import { readWithAny, type Secrets, signingKey } from './secrets.js';

/** What a link does. It is part of the signature: a cart link never unsubscribes. */
export type LinkPurpose = 'unsubscribe' | 'preferences' | 'cart' | 'confirm' | 'data' | 'view' | 'quiz';

export interface Link {
  readonly purpose: LinkPurpose;
  /**
   * The message that carried the link; the person, the brand and the cart are found through it, in the store. `confirm`, `data`: what was
   * asked for, and when.
   */
  readonly id: string;
}

/** The letter of each purpose, in a token and in the path of its page. */
export const linkLetters: Readonly<Record<LinkPurpose, string>> = {
  unsubscribe: 'u',
  preferences: 'p',
  cart: 'c',
  confirm: 'd',
  data: 'x',
  view: 'v',
  quiz: 'q',
};
const purposes: Readonly<Record<string, LinkPurpose>> = Object.fromEntries(
  Object.entries(linkLetters).map(([purpose, letter]) => [letter, purpose as LinkPurpose]),
);

/**
 * Signs a link: `1uk3f2.<id>.<mac>`, that is format version, purpose, key id, then the id as it is and 16 bytes of HMAC-SHA256. Short,
 * because a text pays for each character (62 characters for a message id). It never expires, because opting out must always work.
 */
export function signLink(secrets: Secrets, link: Link): string {
  const key = signingKey(secrets, 'links');
  const head = `1${linkLetters[link.purpose]}${keyId(key)}`;
  return `${head}.${link.id}.${mac(key, head, link.id).toString('base64url')}`;
}

/**
 * What the link says; null when it was signed with none of the secrets or is not a link at all. What mailers and people add is passed over
 * (`tokensIn`).
 */
export function readLink(secrets: Secrets, text: string): Link | null {
  return readFirst(tokensIn(text), (token) => readWithAny(secrets, 'links', (key) => readWith(key, token)));
}

function readWith(secret: string, token: string): Link | null {
  const [, head, letter, kid, id, signature] =
    /^(1([upcdxvq])([a-z2-7]{4}))\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])/.exec(token) ?? [];
  const purpose = letter === undefined ? undefined : purposes[letter];
  if (head === undefined || purpose === undefined || id === undefined || signature === undefined) return null;
  if (kid !== keyId(secret)) return null;
  return isSameMac(mac(secret, head, id), signature) ? { purpose, id } : null;
}

/** The first answer that one of these gives. */
export function readFirst<T>(tokens: readonly string[], read: (token: string) => T | null): T | null {
  for (const token of tokens) {
    const answer = read(token);
    if (answer !== null) return answer;
  }
  return null;
}

/** Longer than any token of ours with all that can come with it. */
const longestRead = 512;

/**
 * What may be the token in a text that was meant as one: the text from its first letter or digit on, with anything after the token (a full
 * stop, a quote, a bracket, a tag, a sentence); and the text without characters that are in no token (spaces and line ends of a wrapped
 * link, `=` of quoted-printable, invisible marks). The signature decides.
 */
export function tokensIn(raw: string): readonly string[] {
  const text = raw.slice(0, longestRead).replace(/^[^A-Za-z0-9]+/, '');
  return [...new Set([text, text.replaceAll(/[^A-Za-z0-9._-]+/g, '')])];
}

/** The head (version, purpose, key id) is signed too, so that none of it can be exchanged. */
function mac(secret: string, head: string, id: string): Buffer {
  return createHmac('sha256', secret).update(`sojourn.link\n${head}\n${id}`).digest().subarray(0, 16);
}

/** Names the key without telling it, so that an older key is not tried where a later one signed. */
function keyId(secret: string): string {
  return base32(createHash('sha256').update(`sojourn.link.kid\n${secret}`).digest()).slice(0, 4);
}
