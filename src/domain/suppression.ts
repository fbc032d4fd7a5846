import { createHmac } from 'node:crypto';
import { type Channel, channels } from './channel.js';

/** Why an address gets nothing more. */
export const suppressionReasons = [
  'unsubscribed',
  'stopped',
  'complained',
  'bounced',
  'invalid-address',
  'erased',
  'manual',
  'sunset',
] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

/** Nothing can reach these, or (after STOP) a carrier lets nothing through: not even what the person's own act asks for. */
export const deadReasons = ['bounced', 'invalid-address', 'stopped'] as const satisfies readonly SuppressionReason[];
const deadAddresses: ReadonlySet<string> = new Set<SuppressionReason>(deadReasons);

/**
 * What the person's own confirmed act (a double opt-in) lifts: they were gone, and come back by themselves. An unsubscribe stays: what is confirmed was said
 * since and counts over it, and nothing older must come to count by it.
 */
export const liftedByConfirmation = ['erased'] as const satisfies readonly SuppressionReason[];

/** What a provider says of an address, which may be a mistake: an operator may lift these. The others only the person. */
export const liftableReasons = ['bounced', 'invalid-address'] as const satisfies readonly SuppressionReason[];

/** Does this reason hold back marketing and broadcasts only? Then messages about what the person has or does, of class service, still come. */
export function stopsOnlyMarketing(reason: string): boolean {
  return reason === 'sunset';
}

/** Does this reason hold back a transactional message too? */
export function stopsTransactional(reason: string): boolean {
  return deadAddresses.has(reason);
}

/**
 * The key under which an address is suppressed: it outlives the profile, and cannot be turned back without the secret.
 * Hex HMAC-SHA256 over `email:` or `phone:` and the normalised address (statistics-and-compliance §4.5).
 */
export function suppressionHash(secret: string, channel: Channel, normalised: string): string {
  const kind = channel === 'email' ? 'email' : 'phone';
  return keyed(secret, `${kind}:${normalised}`);
}

interface AddressKey {
  readonly channel: Channel;
  readonly hash: string;
}
interface Addresses {
  readonly email: string | null;
  readonly phone: string | null;
}

/** Under which keys the addresses of a profile would be suppressed. */
export function suppressionKeys(secret: string, profile: Addresses): readonly AddressKey[] {
  return channels.flatMap((channel) => {
    const normalised = normaliseAddress(channel, addressOf(profile, channel));
    return normalised === null ? [] : [{ channel, hash: suppressionHash(secret, channel, normalised) }];
  });
}

/** Under which keys it is kept that marketing to the addresses of a profile was refused. */
export function unsubscribeKeys(secret: string, profile: Addresses): readonly AddressKey[] {
  return channels.flatMap((channel) => unsubscribeKey(secret, channel, addressOf(profile, channel)) ?? []);
}

/** As `unsubscribeKeys`, of one address: another key than a suppression's, so that neither hides the other. Null: it is no address. */
export function unsubscribeKey(secret: string, channel: Channel, address: string | null): AddressKey | null {
  const normalised = normaliseAddress(channel, address);
  return normalised === null ? null : { channel, hash: keyed(secret, `unsubscribed:${channel}:${normalised}`) };
}

function keyed(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

export function addressOf(profile: Addresses, channel: Channel): string | null {
  return channel === 'email' ? profile.email : profile.phone;
}

/** One spelling per mailbox or number. Null: it is none. */
export function normaliseAddress(channel: Channel, raw: string | null): string | null {
  if (raw === null) return null;
  return channel === 'email' ? normaliseEmail(raw) : normalisePhone(raw);
}

/** One spelling per mailbox: trimmed, lower case, domain in its ASCII form. Dots and plus tags stay, they are other mailboxes to some. Null: no address. */
export function normaliseEmail(raw: string): string | null {
  const text = raw.trim();
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at).toLowerCase();
  if (at < 1 || /[\s,;<>]/.test(local)) return null;
  const domain = asciiDomain(text.slice(at + 1));
  return domain === null ? null : `${local}@${domain}`;
}

/** E.164 without spaces and signs: `+15558675310`. Null when it lacks its country code or is no number. */
export function normalisePhone(raw: string): string | null {
  const digits = raw.replaceAll(/[\s().\-/]/g, '');
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : null;
}

function asciiDomain(domain: string): string | null {
  if (!/^[^\s@/:?#[\]\\]+$/.test(domain)) return null;
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return null;
  }
}
