import { createHash, createHmac } from 'node:crypto';
import type { Instant } from '../time/instant.js';
import { rememberedOfTwo } from '../values/remembered.js';
import { type KeyPurpose, subKey } from './sub-key.js';

/**
 * The secrets of an installation. The first signs and makes keys; all of them verify, so that what an older one signed goes on working.
 * From each secret a key is derived for each purpose; this module makes everything with these keys.
 */
export interface Secrets {
  readonly first: string;
  /** Older ones, and one that will be the first soon. */
  readonly others: readonly string[];
  /** Which of them was the first from when on, the oldest in front. Absent: there was never another. */
  readonly eras?: readonly { readonly secret: string; readonly since: Instant }[];
  /** Those that signed before keys were derived: they go on by themselves, for every purpose. Absent: none. */
  readonly plain?: ReadonlySet<string>;
}

export function secretsOf(first: string, ...others: readonly string[]): Secrets {
  return { first, others };
}

export function everySecret({ first, others }: Secrets): readonly string[] {
  return [first, ...others];
}

/** The key that signs. */
export function signingKey(secrets: Secrets, purpose: KeyPurpose): string {
  return keyOf(secrets, secrets.first, purpose);
}

/**
 * The key of the secret that was the first at an instant: what is made again and again for a thing of that age comes out the same after a
 * rotation.
 */
export function keyAt(secrets: Secrets, purpose: KeyPurpose, at: Instant): string {
  const { first, eras = [] } = secrets;
  return keyOf(secrets, (eras.findLast(({ since }) => since <= at) ?? eras[0])?.secret ?? first, purpose);
}

function keyOf({ plain }: Secrets, secret: string, purpose: KeyPurpose): string {
  return plain?.has(secret) === true ? secret : subKey(secret, purpose);
}

/**
 * The keys of the other secrets. One that was never the first here may have made things before that was noted, so it is asked in both ways.
 */
function otherKeys(secrets: Secrets, purpose: KeyPurpose): readonly string[] {
  const { others, eras = [], plain } = secrets;
  return others.flatMap((secret) => {
    const isNoted = plain?.has(secret) === true || eras.some((era) => era.secret === secret);
    return isNoted ? [keyOf(secrets, secret, purpose)] : [subKey(secret, purpose), secret];
  });
}

/** The first answer that one of the keys gives; null: none of them can read it. */
export function readWithAny<T>(secrets: Secrets, purpose: KeyPurpose, read: (key: string) => T | null): T | null {
  for (const key of [signingKey(secrets, purpose), ...otherKeys(secrets, purpose)]) {
    const answer = read(key);
    if (answer !== null) return answer;
  }
  return null;
}

/** Hex HMAC-SHA256 under the key that signs. */
export function keyed(secrets: Secrets, purpose: KeyPurpose, text: string): string {
  const key = signingKey(secrets, purpose);
  return purpose === 'addresses' ? addressHmac(key, text) : hmac(key, text);
}

/** The same under each of the other keys: how it may be written where it was made before a rotation. */
export function keyedByOthers(secrets: Secrets, purpose: KeyPurpose, text: string): readonly string[] {
  return otherKeys(secrets, purpose).map((key) => hmac(key, text));
}

function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** Every turn of a person asks for the keys of their addresses, several times; what else is keyed is seldom the same twice. */
const addressHmac = rememberedOfTwo(hmac, 1_000);

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
