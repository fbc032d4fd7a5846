import { hkdfSync } from 'node:crypto';

/** What a key of its own is derived for. One purpose never sees another's key, and none of them the secret. */
export type KeyPurpose = 'local-phone';

/** 256 bits for one purpose, as base64url: HKDF (RFC 5869) with SHA-256 over the secret. The same secret gives the same key. */
export function subKey(secret: string, purpose: KeyPurpose): string {
  return Buffer.from(hkdfSync('sha256', secret, '', `sojourn.${purpose}`, 32)).toString('base64url');
}
