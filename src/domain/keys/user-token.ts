import { createHmac } from 'node:crypto';
import { day, type Instant } from '../time/instant.js';
import { isSameMac } from './same-mac.js';

/** A token may live so long, and no longer: a browser keeps it, and a browser may be shared. */
export const longestTokenMs = day;

/** Whom the shop vouches for. Personal data. */
export interface UserToken {
  readonly userId: string;
  /** Another user id that was theirs: lets an `alias` join the two. */
  readonly previousId: string | null;
}

export type TokenReading =
  | { readonly kind: 'token'; readonly token: UserToken }
  /** Not signed by the secret, past its time, without an end, or made for more than a day. */
  | { readonly kind: 'invalid'; readonly reason: 'signature' | 'expired' | 'claims' };

/** Longer ones are no token of a shop's. */
const maxLength = 4_096;

/** The secret of a version, hex: derived, so that the store holds none. */
export function userTokenSecret(secret: string, version: number): string {
  return createHmac('sha256', secret).update(`user-token:v${version}`).digest('hex');
}

/**
 * Reads a JWT (RFC 7519) signed by HS256 under one of the secrets: `sub` is the user id, `exp` its end in seconds since 1970, at most a day
 * ahead; `previous`, optional, another id of the same user. The header may name HS256 and nothing else. `at`: real time, because the shop's
 * clock knows no other.
 */
export function readUserToken(token: string, secrets: readonly string[], at: Instant): TokenReading {
  const [header = '', payload = '', signature = '', ...more] = token.length > maxLength ? [] : token.split('.');
  if (more.length > 0 || fieldsOf(header)['alg'] !== 'HS256') return { kind: 'invalid', reason: 'signature' };
  if (!secrets.some((secret) => isSigned(`${header}.${payload}`, signature, secret))) return { kind: 'invalid', reason: 'signature' };
  const { sub, exp, nbf, previous } = fieldsOf(payload);
  if (typeof exp !== 'number' || exp * 1000 > at + longestTokenMs) return { kind: 'invalid', reason: 'claims' };
  if (exp * 1000 <= at || (typeof nbf === 'number' && nbf * 1000 > at + clockDriftMs)) return { kind: 'invalid', reason: 'expired' };
  const userId = idOf(sub);
  return userId === null ? { kind: 'invalid', reason: 'claims' } : { kind: 'token', token: { userId, previousId: idOf(previous) } };
}

/** By so much the shop's clock may be ahead of ours. */
const clockDriftMs = 60_000;

function isSigned(signed: string, signature: string, secret: string): boolean {
  return isSameMac(createHmac('sha256', secret).update(signed).digest(), signature);
}

function fieldsOf(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Ids are compared as events give them: a number is its text. */
function idOf(value: unknown): string | null {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : null;
}
