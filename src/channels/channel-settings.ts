import type { SettingTable, ValuesOf } from '../settings/setting.js';

/** What the environment says of a channel. The rate of its queue (`SOJOURN_<NAME>_RATE`) comes by itself. */
export interface ChannelSettings<Table extends SettingTable = SettingTable> {
  readonly table: Table;
  /** The setting that names the provider; without it messages stay on this machine. */
  readonly provider: string;
  /** Where the provider is called; undefined: at an address of its own, outside. */
  readonly providerUrl: (settings: Readonly<Record<string, unknown>>) => string | undefined;
  /** A sentence for each contradiction. */
  readonly conflicts: (settings: Readonly<Record<string, unknown>>) => readonly string[];
  /** The channel's own of all settings. */
  readonly of: (settings: Readonly<Record<string, unknown>>) => ValuesOf<Table>;
}

/** The settings of a channel, whose functions are given values of the types of its table. */
export function channelSettings<const Table extends SettingTable>(settings: {
  readonly table: Table;
  readonly provider: keyof Table & string;
  readonly providerUrl: (own: ValuesOf<Table>) => string | undefined;
  readonly conflicts?: (own: ValuesOf<Table>) => readonly string[];
}): ChannelSettings<Table> {
  const { table, provider } = settings;
  const of = (all: Readonly<Record<string, unknown>>): ValuesOf<Table> => all as ValuesOf<Table>;
  return {
    table,
    provider,
    of,
    providerUrl: (all) => settings.providerUrl(of(all)),
    conflicts: (all) => settings.conflicts?.(of(all)) ?? [],
  };
}
