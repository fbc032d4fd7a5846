import { fingerprintOf, keyed, keyedByOthers, type Secrets } from '../keys/secrets.js';
import { addressOf, type Channel, channelKind, channels, normaliseAddress } from '../messages/channel.js';
import type { Addressed } from '../messages/channel-kind.js';
import type { SuppressionReason } from './suppression-reasons.js';

export { type SuppressionReason, suppressionReasons } from './suppression-reasons.js';

/** Nothing can reach these, or (after STOP) a carrier lets nothing through: not even what the person's own act asks for. */
export const deadReasons = ['bounced', 'invalid-address', 'stopped'] as const satisfies readonly SuppressionReason[];
const deadAddressed: ReadonlySet<string> = new Set<SuppressionReason>(deadReasons);

/**
 * Suppressions that the person's own confirmed act (a double opt-in) lifts: they were gone, and come back by themselves. An unsubscribe
 * stays: the newer, confirmed act counts over it, and older acts must not count again.
 */
export const liftedByConfirmation = ['erased'] as const satisfies readonly SuppressionReason[];

/** What a provider says of an address, which may be a mistake. */
export const liftableReasons = ['bounced', 'invalid-address'] as const satisfies readonly SuppressionReason[];

/**
 * What an operator may lift with a reason: what others say of an address, a complaint among it, which may be forged. The rest only the
 * person.
 */
export const liftedByOperator = [...liftableReasons, 'complained'] as const satisfies readonly SuppressionReason[];

/**
 * Does this reason hold back marketing and broadcasts only? Then messages about what the person has or does, of class service, still come.
 */
export function stopsOnlyMarketing(reason: string): boolean {
  return reason === 'sunset';
}

/** Does this reason hold back a transactional message too? */
export function stopsTransactional(reason: string): boolean {
  return deadAddressed.has(reason);
}

/** The reason that an address is suppressed for from now on: the first stands, unless the new one holds back more. */
export function suppressionAfter(known: string | null, reason: string): string {
  return known === null || (!stopsTransactional(known) && stopsTransactional(reason)) ? reason : known;
}

/**
 * The key under which an address is suppressed: it outlives the profile, and cannot be turned back without the secret.
 * Hex HMAC-SHA256 over the channel's kind of suppression (`email:`, `phone:`) and the normalised address.
 */
export function suppressionHash(secrets: Secrets, channel: Channel, normalised: string): string {
  return suppressionKey(secrets, channel, normalised).hash;
}

/** As `suppressionHash`, with its channel and what the key is under the other secrets. */
export function suppressionKey(secrets: Secrets, channel: Channel, normalised: string): AddressKey {
  return addressKey(secrets, channel, `${channelKind(channel).address.suppressedAs}:${normalised}`);
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

/** Under which keys the addresses of a profile would be suppressed. A profile never changes, and is asked about several times in a turn. */
export function suppressionKeys(secrets: Secrets, profile: Addressed): readonly AddressKey[] {
  const known = keysOf.get(profile);
  if (known?.secrets === secrets) return known.keys;
  const keys = channels.flatMap((channel) => {
    const normalised = normaliseAddress(channel, addressOf(profile, channel));
    return normalised === null ? [] : [suppressionKey(secrets, channel, normalised)];
  });
  keysOf.set(profile, { secrets, keys });
  return keys;
}

const keysOf = new WeakMap<Addressed, { readonly secrets: Secrets; readonly keys: readonly AddressKey[] }>();

/** Under which keys it is kept that marketing to the addresses of a profile was refused. */
export function unsubscribeKeys(secrets: Secrets, profile: Addressed): readonly AddressKey[] {
  const known = refusalsOf.get(profile);
  if (known?.secrets === secrets) return known.keys;
  const keys = channels.flatMap((channel) => unsubscribeKey(secrets, channel, addressOf(profile, channel)) ?? []);
  refusalsOf.set(profile, { secrets, keys });
  return keys;
}

const refusalsOf = new WeakMap<Addressed, { readonly secrets: Secrets; readonly keys: readonly AddressKey[] }>();

/** As `unsubscribeKeys`, of one address: another key than a suppression's, so that neither hides the other. Null: it is no address. */
export function unsubscribeKey(secrets: Secrets, channel: Channel, address: string | null): AddressKey | null {
  const normalised = normaliseAddress(channel, address);
  return normalised === null ? null : addressKey(secrets, channel, `unsubscribed:${channel}:${normalised}`);
}
