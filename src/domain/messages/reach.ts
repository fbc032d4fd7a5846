import { textTrait } from '../people/text-trait.js';
import { addressOf, type Channel, channelKind } from './channel.js';
import type { Addressed, Reach, ReachOptions } from './channel-kind.js';

/** The address on a channel as it is now, and whether a message may go there. */
export function reach(profile: Addressed, channel: Channel, options: Omit<ReachOptions, 'country'>): Reach {
  const country = textTrait({ traits: profile.traits ?? {} }, 'country');
  return channelKind(channel).address.check(addressOf(profile, channel), { ...options, ...(country?.length === 2 ? { country } : {}) });
}
