import type { SendFacts } from '../domain/gate/guards/guard.js';
import { type Channel, channels, type MessageClass } from '../domain/messages/channel.js';
import { mayBreakersHold } from '../domain/messages/mailbox-provider.js';

/** What is stopped at the instant of a turn. */
export interface Pauses {
  readonly all: boolean;
  readonly channels: readonly Channel[];
  /** Mailbox providers to which a breaker has stopped marketing. */
  readonly providers: readonly string[];
  /** The journey of the entry. */
  readonly journey: boolean;
}

export const nothingPaused: Pauses = { all: false, channels: [], providers: [], journey: false };

/** Keys under which pauses are kept. */
export const pauseKey = (scope: 'all' | Channel): string => `pause:${scope}`;
export const providerPauseKey = (provider: string): string => `${providerPrefix}${provider}`;
const providerPrefix = 'pause:provider:';

/** Reads the keys of all pauses that are in force. */
export function pausesOf(keys: readonly string[], journey: boolean): Pauses {
  return {
    all: keys.includes(pauseKey('all')),
    channels: channels.filter((channel) => keys.includes(pauseKey(channel))),
    providers: keys.flatMap((key) => (key.startsWith(providerPrefix) ? [key.slice(providerPrefix.length)] : [])),
    journey,
  };
}

/** What holds back a message of this class on this channel, to a mailbox of this provider, the widest pause first; null: nothing does. */
export function pauseOn(
  pauses: Pauses,
  of: { readonly channel: Channel; readonly class: MessageClass; readonly mailbox: string | null },
): SendFacts['paused'] {
  if (pauses.all) return { scope: 'all' };
  if (pauses.channels.includes(of.channel)) return { scope: 'channel' };
  const provider = mayBreakersHold(of.class) ? of.mailbox : null;
  if (provider !== null && pauses.providers.includes(provider)) return { scope: 'provider', provider };
  return pauses.journey ? { scope: 'journey' } : null;
}
