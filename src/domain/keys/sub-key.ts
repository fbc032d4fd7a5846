import { hkdfSync } from 'node:crypto';

/** What a key of its own is derived for. */
export type KeyPurpose =
  | 'local-phone'
  /** Links in messages. */
  | 'links'
  /** Tracked links and the picture that tells of an open. */
  | 'tracking'
  /** Addresses that mail comes back to. */
  | 'return-addresses'
  /** Keyed hashes of emails and numbers. */
  | 'addresses'
  /** Ids of messages. */
  | 'message-ids'
  /** Idempotency keys and ids of events, as they are kept. */
  | 'told-twice'
  /** Answers about health and the like, encrypted where they are kept. */
  | 'special-answers'
  /** What journeys tell the shop's own programs. */
  | 'calls';

/**
 * 256 bits for one purpose, as base64url: HKDF (RFC 5869) with SHA-256 over the secret. The same secret gives the same key; no key tells
 * another, nor the secret.
 */
export function subKey(secret: string, purpose: KeyPurpose): string {
  const slot = `${purpose}\n${secret}`;
  const known = derived.get(slot);
  if (known !== undefined) return known;
  const made = Buffer.from(hkdfSync('sha256', secret, '', `sojourn.${purpose}`, 32)).toString('base64url');
  derived.set(slot, made);
  return made;
}

/** A process has a handful of secrets, and asks with every address. */
const derived = new Map<string, string>();
