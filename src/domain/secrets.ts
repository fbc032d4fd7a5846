import { createHash, createHmac } from 'node:crypto';
import type { Instant } from './instant.js';

/**
 * The secrets of an installation. The first signs and makes keys; all of them verify, so that what an older one signed goes on working.
 * What is made of a secret is made through this module's callers, one for each purpose.
 */
export interface Secrets {
  readonly first: string;
  /** Older ones, and one that will be the first soon. */
  readonly others: readonly string[];
  /** Which of them was the first from when on, the oldest in front. Absent: there was never another. */
  readonly eras?: readonly { readonly secret: string; readonly since: Instant }[];
}

export function secretsOf(first: string, ...others: readonly string[]): Secrets {
  return { first, others };
}

export function everySecret({ first, others }: Secrets): readonly string[] {
  return [first, ...others];
}

/** The first answer that one of the secrets gives; null: none of them can read it. */
export function readWithAny<T>(secrets: Secrets, read: (secret: string) => T | null): T | null {
  for (const secret of everySecret(secrets)) {
    const answer = read(secret);
    if (answer !== null) return answer;
  }
  return null;
}

/** The secret that was the first at an instant: what is made again and again for a thing of that age comes out the same after a rotation. */
export function secretAt({ first, eras = [] }: Secrets, at: Instant): string {
  return (eras.findLast(({ since }) => since <= at) ?? eras[0])?.secret ?? first;
}

/** Hex HMAC-SHA256 under the first secret. */
export function keyed({ first }: Secrets, text: string): string {
  return hmac(first, text);
}

/** The same under each of the other secrets: how it may be written where it was made before a rotation. */
export function keyedByOthers({ others }: Secrets, text: string): readonly string[] {
  return others.map((secret) => hmac(secret, text));
}

function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** Tells secrets apart without telling them: 16 hex digits. Kept in the store, shown to operators. */
export function fingerprintOf(secret: string): string {
  const known = fingerprints.get(secret);
  if (known !== undefined) return known;
  const made = createHash('sha256').update(`sojourn.fingerprint\n${secret}`).digest('hex').slice(0, 16);
  fingerprints.set(secret, made);
  return made;
}

/** A process has a handful of secrets, and asks with every address. */
const fingerprints = new Map<string, string>();
