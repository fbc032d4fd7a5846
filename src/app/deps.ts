import type { Segments } from '../definitions/segment/in-force.js';
import type { Fields } from '../domain/answers/field.js';
import type { KeyLimits } from '../domain/keys/key-budget.js';
import type { Secrets } from '../domain/keys/secrets.js';
import type { Channel } from '../domain/messages/channel.js';
import type { Providers } from '../domain/messages/outgoing.js';
import type { Renderer } from '../domain/messages/rendering.js';
import type { Policies } from '../domain/policy/policies.js';
import type { Shop } from '../domain/shop/shop.js';
import type { Clock } from '../domain/time/clock.js';
import type { Store } from '../store/db.js';
import type { ChannelSlots } from './messages/channel-slots.js';
import type { CallReceiver, OrderLookup, ShopAdmin } from './ports.js';

/** Lines for operators: codes and ids only, never an address, a name or content. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What the use cases count. Labels are codes and ids of journeys and steps. */
export interface AppMetrics {
  verdict(decision: string, reason: string | null, channel: Channel): void;
  attempt(channel: Channel, outcome: string, code: string | null): void;
  turn(result: string, durationMs: number): void;
  /** A request that brought events, until it was committed or refused. `call`: the Segment call. */
  ingest(call: string, durationMs: number): void;
  /** An open or a click, once it is known whose. */
  interaction(kind: 'open' | 'click', verdict: 'human' | 'machine', reason: string | null): void;
  /** A mail came back, or was complained about. `what`: `hard`, `soft`, `policy`, `hard-unconfirmed`, `complaint`. */
  bounce(what: string, mailboxProvider: string): void;
  /** Something that an operator must mend, by a code. */
  alarm(code: string): void;
}

/** All that a use case may need; built once in `compose.ts`. */
export interface AppDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Keys of message ids, links and suppression hashes. */
  readonly secret: Secrets;
  readonly shop: Shop;
  /** The published policies that are in force now: read at every decision, never kept. `refresh`: looks for newer ones at once. */
  readonly policies: { readonly current: () => Policies; readonly refresh?: () => Promise<void> };
  /** The segments in force, for who tells facts. */
  readonly segments: { readonly current: () => Segments };
  /** The fields in force. Absent: none are declared. */
  readonly fields?: { readonly current: () => Fields } | undefined;
  readonly providers: Providers;
  readonly renderer: Renderer;
  readonly orderLookup: OrderLookup | null;
  /** Absent: no shop of Shopify's is connected, or its Admin API may not be asked. */
  readonly shopAdmin?: ShopAdmin | undefined;
  /** Tells the shop's own programs what journeys have for them. */
  readonly callReceiver: CallReceiver;
  /** One per channel: how many calls are under way, and whether more may begin here. */
  readonly slots: Readonly<Record<Channel, ChannelSlots>>;
  /** Where customers and providers reach the API; no slash at the end. */
  readonly publicUrl: string;
  /** Numbers reserved for fiction count as mobiles: only with the local phone. */
  readonly allowFictionalPhones: boolean;
  /** Channels with a rate set: their messages go over the Temporal task queue of the channel. */
  readonly ratedChannels: ReadonlySet<Channel>;
  /** Ids that name nobody (`PLACEHOLDER_IDS`), in lower case. Absent: the list that is shipped. */
  readonly placeholderIds?: ReadonlySet<string> | undefined;
  readonly newId: () => string;
  /** What a browser key may bring about in an hour. Absent: the usual. */
  readonly keyLimits?: KeyLimits | undefined;
  readonly log: Log;
  readonly metrics: AppMetrics;
  /** False once SIGTERM came: no new `submitting` is begun. */
  readonly mayBeginSend: () => boolean;
  /** Called after a commit that made an entry due, so that the relay of this process looks at once. */
  readonly notifyRelay: () => void;
}
