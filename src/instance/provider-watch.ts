import type { Log } from '../app/deps.js';
import { type Channel, channels } from '../domain/messages/channel.js';
import type { AttemptOutcome } from '../domain/messages/message.js';
import type { Outgoing, Provider } from '../domain/messages/outgoing.js';
import { noHealth, type ProviderHealth } from '../domain/messages/provider-health.js';
import type { Store } from '../store/db.js';
import { readProviderHealth, writeProviderHealth } from '../store/provider-health.js';

/** Real milliseconds for which a provider that works is not looked at after a call. */
const quietMs = 60_000;

/**
 * What came of the calls to the providers, and whether they can be reached while nobody calls. Kept in the store, because the process that
 * is asked (`api`) may be another than the one that sends (`worker`).
 */
export class ProviderWatch {
  readonly #store: Store;
  readonly #log: Log;
  readonly #providers = new Map<Channel, Pick<Provider<Outgoing>, 'reach'>>();
  readonly #health = new Map<Channel, ProviderHealth>();
  readonly #unsaved = new Set<Channel>();

  constructor({ store, log }: { readonly store: Store; readonly log: Log }) {
    this.#store = store;
    this.#log = log;
  }

  /** The same provider, each answer of which is noted. */
  watch<M extends Outgoing, P extends Provider<M>>(channel: Channel, provider: P): P {
    this.#providers.set(channel, provider as unknown as Pick<Provider<Outgoing>, 'reach'>);
    const submit: P['submit'] = async (message, options) => {
      const outcome = await provider.submit(message, options);
      this.#note(channel, outcome);
      return outcome;
    };
    return { ...provider, submit };
  }

  /** By channel, as whichever process sends has noted it last. */
  read(): Promise<Readonly<Partial<Record<Channel, ProviderHealth>>>> {
    return readProviderHealth(this.#store.db);
  }

  #note(channel: Channel, outcome: AttemptOutcome): void {
    const now = Date.now();
    const { host = null, reply = null } = outcome.said ?? {};
    // A refusal of one message for good is an answer of a provider that works.
    const works = outcome.kind === 'accepted' || (outcome.kind === 'not-sent' && !outcome.retry);
    const before = this.#of(channel);
    this.#health.set(channel, {
      lastSuccessReal: works ? now : before.lastSuccessReal,
      failuresInRow: works ? 0 : before.failuresInRow + 1,
      lookedReal: now,
      host: host ?? before.host,
      reply: reply ?? ('code' in outcome ? outcome.code : null),
      isReached: works || reply !== null ? true : before.isReached,
    });
    this.#unsaved.add(channel);
  }

  /** Looks at providers that fail or that nobody has called for a while, and keeps what came of all calls. */
  async look(): Promise<void> {
    for (const channel of channels) await this.#look(channel);
    for (const channel of this.#unsaved) {
      // Before it is read: what is noted meanwhile is kept with the next look.
      this.#unsaved.delete(channel);
      await writeProviderHealth(this.#store.db, channel, this.#of(channel)).catch((error: unknown) => {
        this.#unsaved.add(channel);
        throw error;
      });
    }
  }

  async #look(channel: Channel): Promise<void> {
    const before = this.#of(channel);
    const isQuiet = Date.now() - (before.lookedReal ?? 0) > quietMs;
    if (before.failuresInRow === 0 && before.isReached !== false && !isQuiet) return;
    const found = await this.#providers.get(channel)?.reach?.();
    if (found === undefined) return;
    const { ok, host, reply } = found;
    if (ok !== before.isReached && before.isReached !== null)
      this.#log.warn({ channel, host, reply }, ok ? 'A provider can be reached again.' : 'A provider cannot be reached.');
    const now = this.#of(channel);
    this.#health.set(channel, { ...now, lookedReal: Date.now(), host, isReached: ok, reply: ok ? now.reply : reply });
    this.#unsaved.add(channel);
  }

  #of(channel: Channel): ProviderHealth {
    return this.#health.get(channel) ?? noHealth;
  }
}
