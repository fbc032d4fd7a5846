import { channelKinds } from '../../channels/list.js';
import type { Addressed, ChannelKind } from './channel-kind.js';
import type { PlainContent } from './plain-content.js';
import { nothingSent, unknownChannel } from './unknown-channel.js';

export { isStricter, type MessageClass, messageClasses } from './message-class.js';

/** The name of a channel, as YAML, rows and the API have it. */
export type Channel = (typeof channelKinds)[number]['id'];
/** The channels whose templates have this form. */
export type ChannelOf<Form extends ChannelKind['form']> = Extract<(typeof channelKinds)[number], { readonly form: Form }>['id'];
export const channels: readonly [Channel, ...Channel[]] = channelKinds.map(({ id }) => id) as [Channel, ...Channel[]];

const kinds: ReadonlyMap<string, ChannelKind> = new Map(channelKinds.map((kind) => [kind.id, kind]));

/**
 * All that is so of a channel. One that this build lacks reaches nobody, and is no reason for a turn to fail: a newer build may have stored
 * it.
 */
export function channelKind(channel: string): ChannelKind {
  return kinds.get(channel) ?? unknownChannel(channel);
}

/** What a body alone may hold: nothing, where messages are designed. */
export function plainContent(channel: string): PlainContent {
  return channelKind(channel).plain ?? nothingSent;
}

export function isKnownChannel(channel: string): boolean {
  return kinds.has(channel);
}

/** A value for each channel. */
export function eachChannel<Value>(of: (channel: Channel) => Value): Readonly<Record<Channel, Value>> {
  return Object.fromEntries(channels.map((channel) => [channel, of(channel)])) as Record<Channel, Value>;
}

/** A person's address on a channel, as it is kept; null: they have none. */
export function addressOf(profile: Addressed, channel: Channel): string | null {
  const { keptIn } = channelKind(channel).address;
  if ('column' in keptIn) return profile[keptIn.column];
  const said = profile.traits?.[keptIn.trait];
  return typeof said === 'string' && said !== '' ? said : null;
}

/** One spelling per mailbox or number. Null: it is none. */
export function normaliseAddress(channel: Channel, raw: string | null): string | null {
  return raw === null ? null : channelKind(channel).address.normalise(raw);
}

/** Who runs the mailbox behind a person's address on the channel; null: nobody who is counted. */
export function mailboxOf(profile: Addressed, channel: Channel): string | null {
  const address = addressOf(profile, channel);
  return address === null ? null : channelKind(channel).address.providerOf(address);
}

/** As `mailboxOf`, on all channels. */
export function mailboxesOf(profile: Addressed): readonly string[] {
  return channels.flatMap((channel) => mailboxOf(profile, channel) ?? []);
}

/** The channels of which this is so. */
export function channelsWith(is: (kind: ChannelKind) => boolean): readonly Channel[] {
  return channels.filter((channel) => is(channelKind(channel)));
}

/** The channels whose templates have this form. */
export function channelsOf<Form extends ChannelKind['form']>(form: Form): readonly [ChannelOf<Form>, ...ChannelOf<Form>[]] {
  return channelsWith((kind) => kind.form === form) as [ChannelOf<Form>, ...ChannelOf<Form>[]];
}

/**
 * Where a person's address is on which each message costs: the shop's budget of that country counts for it. Null: nobody knows, or they
 * have none.
 */
export function costlyCountryOf(profile: Addressed): string | null {
  for (const channel of channelsWith(({ hasCountryBudget }) => hasCountryBudget)) {
    const address = addressOf(profile, channel);
    const country = address === null ? null : channelKind(channel).address.countryOf(address);
    if (country !== null) return country;
  }
  return null;
}
