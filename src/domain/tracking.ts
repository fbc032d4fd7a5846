import type { Channel, MessageClass } from './channel.js';

/** Whether opens and clicks may be recorded: `tracking` of `policies/engagement.yaml`. */
export interface TrackingPolicy {
  /** Where no country asks for consent: `allowed`, or `opt-in` as there. */
  readonly default: 'allowed' | 'opt-in';
  /** ISO 3166, upper case: where pictures and links that tell need the person's consent (ePrivacy, Art. 5(3)). */
  readonly optInCountries: readonly string[];
  /** Links in texts too. One link, and no hidden one beside it: a scanner is harder to tell from a person there. */
  readonly texts: boolean;
}

/** The person's own word: true, false, or not given. */
export const trackingTrait = 'tracking_allowed';

/**
 * The person's word counts; without one the stricter of the shop's and the person's country does, and a country that nobody knows asks for consent.
 */
export function mayTrack(policy: TrackingPolicy, traits: Readonly<Record<string, unknown>>, shopCountry: string): boolean {
  const said = traits[trackingTrait];
  if (typeof said === 'boolean') return said;
  const country = countryOf(traits);
  const asks = (code: string): boolean => policy.optInCountries.includes(code);
  return policy.default === 'allowed' && country !== null && !asks(country) && !asks(shopCountry);
}

/** ISO 3166, upper case; null where the traits name none that is known. */
function countryOf(traits: Readonly<Record<string, unknown>>): string | null {
  const address = traits['address'];
  const nested = typeof address === 'object' && address !== null ? (address as Readonly<Record<string, unknown>>)['country'] : null;
  const country = [traits['country'], nested].find((value) => typeof value === 'string' && /^[A-Za-z]{2}$/.test(value.trim()));
  return typeof country === 'string' ? country.trim().toUpperCase() : null;
}

/** Which messages bear links that tell: none about an order, texts where the policy says so. */
export function isTrackable(policy: TrackingPolicy, message: { readonly channel: Channel; readonly class: MessageClass }): boolean {
  return message.class !== 'transactional' && (message.channel === 'email' || policy.texts);
}
