import type { OpenProvider } from '../channels/channel-value.js';
import { channelKinds } from '../channels/list.js';
import type { Secrets } from '../domain/keys/secrets.js';
import type { Channel } from '../domain/messages/channel.js';
import type { Outgoing, Provider, Providers } from '../domain/messages/outgoing.js';
import type { Config, SettingName } from '../settings/config.js';
import { type LocalParts, standInOf } from './local-parts.js';
import type { ProviderWatch } from './provider-watch.js';
import { blaming } from './start-fault.js';

/** Who sends on each channel, and how much of it at once. */
export type Senders = { readonly [Kind in Channel]: Providers[Kind] & Pick<OpenProvider, 'poolSize'> };

/**
 * Opens the provider of each channel: that of the settings, or the local part that stands in for it; each watched. Rejects with a sentence
 * about a setting.
 */
export async function createProviders(
  config: Config,
  parts: {
    readonly local: LocalParts;
    readonly secret: Secrets;
    readonly watch: ProviderWatch;
    readonly address: { readonly publicUrl: string };
  },
): Promise<Senders> {
  const { local, watch, secret, address } = parts;
  const opened = await Promise.all(
    channelKinds.map(async ({ id, standIn, open }) => {
      const provider = await open({
        settings: config,
        standIn: standInOf(local, standIn),
        secret,
        address,
        blaming: (setting, mend, work) => blaming(setting as SettingName, mend, work),
      });
      return [id, watch.watch(id, provider as OpenProvider & Provider<Outgoing>)] as const;
    }),
  );
  return Object.fromEntries(opened) as unknown as Senders;
}

/** Channels that reach nobody outside, where something else says that this is no trial. */
export function localProviders(config: Config): readonly Channel[] {
  const unset = channelKinds.filter(({ settings }) => config[settings.provider as SettingName] === undefined);
  const isForReal = config.DATABASE_URL !== undefined || unset.length < channelKinds.length;
  return isForReal ? unset.map(({ id }) => id) : [];
}
