import type { Secrets } from '../domain/keys/secrets.js';
import type { ChannelKind } from '../domain/messages/channel-kind.js';
import type { ChannelSettings } from './channel-settings.js';

/** A channel, whole: what the rules read of it, its settings, and how its provider is opened. */
export interface ChannelValue extends ChannelKind {
  readonly settings: ChannelSettings;
  /** The local part that takes its messages where no provider is set; null: there is none. */
  readonly standIn: StandInName | null;
  /** Loads what reaches outside. Rejects with a sentence when a setting cannot be used; sends nothing yet. */
  readonly open: (around: Surroundings) => Promise<OpenProvider>;
}

/** The local parts of a trial (`src/embedded`). */
export type StandInName = 'mailbox' | 'phone';

/** Where a local part takes messages, and what it is logged in with (null: nothing). */
export interface StandIn {
  readonly url: string;
  readonly login: { readonly user: string; readonly password: string } | null;
}

/** What is asked of every channel's provider; beside that it is a `Provider` of the messages of the channel's form. */
export interface OpenProvider {
  readonly name: string;
  /** Calls under way at most; more would wait inside. */
  readonly poolSize: number;
  close(): Promise<void>;
}

/** What a channel is opened with. */
export interface Surroundings {
  /** All settings; `ChannelSettings.of` gives the channel's own. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Null: a provider is set, or there is no local part. */
  readonly standIn: StandIn | null;
  readonly secret: Secrets;
  /** The public address, without a slash at the end; it is known once the door is open. */
  readonly address: { readonly publicUrl: string };
  /** Does a part of a start; what the system says against it becomes a sentence about the setting, and how to mend it. */
  readonly blaming: <T>(setting: string, mend: string, work: () => T | Promise<T>) => Promise<T>;
}
