import type { ToldProduct } from '../../domain/catalogue/product.js';
import type { Channel } from '../../domain/messages/channel.js';
import type { Instant } from '../../domain/time/instant.js';
import type { Fields } from '../source.js';
import type { Fault } from './row.js';

/** Whom a line names, as it is written there. */
export interface Who {
  readonly userId: string | null;
  /** In lower case. */
  readonly email: string | null;
  readonly phone: string | null;
}

/** An event that a line tells, before it is known whose it is. */
export interface EventDraft {
  readonly type: 'identify' | 'track';
  readonly event: string | null;
  readonly properties: Fields;
  readonly traits: Fields;
  /** Null: the line does not say, and the file's own date counts. */
  readonly at: Instant | null;
}

/** An address that gets no marketing, or nothing, from now on, for everyone who has it. */
export interface AddressRefusal {
  readonly channel: Channel;
  readonly address: string;
  readonly reason: 'unsubscribed' | 'bounced' | 'complained';
  readonly at: Instant | null;
}

/** What a line, or lines that stand together, tell. */
export type RowSaid =
  | {
      readonly kind: 'said';
      readonly who: Who;
      readonly events: readonly EventDraft[];
      readonly refusals: readonly AddressRefusal[];
      readonly products: readonly ToldProduct[];
    }
  /** It says nothing that is kept, such as that somebody was never asked. */
  | { readonly kind: 'silent'; readonly reason: string }
  | ({ readonly kind: 'faulty' } & Fault);

/** What is taken of a file as a whole. */
export interface FileFacts {
  /** When the file was written: what it does not date is as of then. */
  readonly asOf: Instant;
  /** Its name, for evidence. */
  readonly file: string;
}
