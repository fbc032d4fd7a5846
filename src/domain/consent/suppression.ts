import { fingerprintOf, keyed, keyedByOthers, type Secrets } from '../keys/secrets.js';
import { type Channel, channels } from '../messages/channel.js';

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

/** What a provider says of an address, which may be a mistake. */
export const liftableReasons = ['bounced', 'invalid-address'] as const satisfies readonly SuppressionReason[];

/** What an operator may lift with a reason: what others say of an address, a complaint among it, which may be forged. The rest only the person. */
export const liftedByOperator = [...liftableReasons, 'complained'] as const satisfies readonly SuppressionReason[];

/** Does this reason hold back marketing and broadcasts only? Then messages about what the person has or does, of class service, still come. */
export function stopsOnlyMarketing(reason: string): boolean {
  return reason === 'sunset';
}

/** Does this reason hold back a transactional message too? */
export function stopsTransactional(reason: string): boolean {
  return deadAddresses.has(reason);
}

/** The reason that an address is suppressed for from now on: the first stands, unless the new one holds back more. */
export function suppressionAfter(known: string | null, reason: string): string {
  return known === null || (!stopsTransactional(known) && stopsTransactional(reason)) ? reason : known;
}

/**
 * The key under which an address is suppressed: it outlives the profile, and cannot be turned back without the secret.
 * Hex HMAC-SHA256 over `email:` or `phone:` and the normalised address.
 */
export function suppressionHash(secrets: Secrets, channel: Channel, normalised: string): string {
  return suppressionKey(secrets, channel, normalised).hash;
}

/** As `suppressionHash`, with its channel and what the key is under the other secrets. */
export function suppressionKey(secrets: Secrets, channel: Channel, normalised: string): AddressKey {
  return addressKey(secrets, channel, `${channel === 'email' ? 'email' : 'phone'}:${normalised}`);
}

/** A keyed hash of an address. */
export interface AddressKey {
  readonly channel: Channel;
  /** Under the secret that signs: what is written goes here. */
  readonly hash: string;
  /** Under the other secrets: what was written before a rotation, and is not carried over yet. Absent: there are none. */
  readonly others?: readonly string[];
  /** The fingerprint of the secret that signs. */
  readonly madeBy?: string | undefined;
}

/** All that a key may be written as. */
export function spellingsOf({ hash, others = [] }: AddressKey): readonly string[] {
  return [hash, ...others];
}

function addressKey(secrets: Secrets, channel: Channel, text: string): AddressKey {
  const others = keyedByOthers(secrets, 'addresses', text);
  return {
    channel,
    hash: keyed(secrets, 'addresses', text),
    madeBy: fingerprintOf(secrets.first),
    ...(others.length === 0 ? {} : { others }),
  };
}

interface Addresses {
  readonly email: string | null;
  readonly phone: string | null;
}

/** Under which keys the addresses of a profile would be suppressed. A profile never changes, and is asked about several times in a turn. */
export function suppressionKeys(secrets: Secrets, profile: Addresses): readonly AddressKey[] {
  const known = keysOf.get(profile);
  if (known?.secrets === secrets) return known.keys;
  const keys = channels.flatMap((channel) => {
    const normalised = normaliseAddress(channel, addressOf(profile, channel));
    return normalised === null ? [] : [suppressionKey(secrets, channel, normalised)];
  });
  keysOf.set(profile, { secrets, keys });
  return keys;
}

const keysOf = new WeakMap<Addresses, { readonly secrets: Secrets; readonly keys: readonly AddressKey[] }>();

/** Under which keys it is kept that marketing to the addresses of a profile was refused. */
export function unsubscribeKeys(secrets: Secrets, profile: Addresses): readonly AddressKey[] {
  return channels.flatMap((channel) => unsubscribeKey(secrets, channel, addressOf(profile, channel)) ?? []);
}

/** As `unsubscribeKeys`, of one address: another key than a suppression's, so that neither hides the other. Null: it is no address. */
export function unsubscribeKey(secrets: Secrets, channel: Channel, address: string | null): AddressKey | null {
  const normalised = normaliseAddress(channel, address);
  return normalised === null ? null : addressKey(secrets, channel, `unsubscribed:${channel}:${normalised}`);
}

export function addressOf(profile: Addresses, channel: Channel): string | null {
  return channel === 'email' ? profile.email : profile.phone;
}

/** One spelling per mailbox or number. Null: it is none. */
export function normaliseAddress(channel: Channel, raw: string | null): string | null {
  if (raw === null) return null;
  return channel === 'email' ? normaliseEmail(raw) : normalisePhone(raw);
}

/** Characters of an address (RFC 3696): 64 before the @, 255 behind it. */
export const longestEmail = 320;
/** A number with all its spaces and brackets. */
const longestPhone = 64;

/** One spelling per mailbox: trimmed, lower case, domain in its ASCII form. Dots and plus tags stay, they are other mailboxes to some. Null: no address. */
export function normaliseEmail(raw: string): string | null {
  const text = raw.trim();
  if (text.length > longestEmail) return null;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at).toLowerCase();
  if (at < 1 || /[\s,;<>]/.test(local)) return null;
  const domain = asciiDomain(text.slice(at + 1));
  return domain === null ? null : `${local}@${domain}`;
}

/** E.164 without spaces and signs: `+15558675310`. Null when it lacks its country code or is no number. */
export function normalisePhone(raw: string): string | null {
  if (raw.length > longestPhone) return null;
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
