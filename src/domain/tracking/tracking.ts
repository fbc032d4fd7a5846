import { type Channel, channelKind, type MessageClass } from '../messages/channel.js';
import { countsFor, type Whereabouts } from '../places/strictest-country.js';

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
const trackingTrait = 'tracking_allowed';

/**
 * The person's word counts. Without one, the strictest of the shop's country and all in which the person may be; where none is known,
 * consent is asked for.
 */
export function mayTrack(policy: TrackingPolicy, person: Whereabouts, shop: { readonly country: string }): boolean {
  const said = person.traits[trackingTrait];
  if (typeof said === 'boolean') return said;
  return policy.default === 'allowed' && !countsFor(policy.optInCountries, person, shop);
}

/** Which messages bear links that tell: none about an order, texts where the policy says so. */
export function isTrackable(policy: TrackingPolicy, message: { readonly channel: Channel; readonly class: MessageClass }): boolean {
  return message.class !== 'transactional' && (channelKind(message.channel).tracking.links === 'always' || policy.texts);
}
