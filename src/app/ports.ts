import type { AttemptOutcome } from '../domain/message.js';
import type { Channel } from '../domain/channel.js';
import type { Instant } from '../domain/instant.js';

/** A rendered email, ready for a provider. Personal data: lives in memory and in the store only. */
export interface OutgoingEmail {
  readonly kind: 'email';
  readonly messageId: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: { readonly name: string | null; readonly address: string };
  readonly replyTo: string | null;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** One-click link, RFC 8058; null on transactional messages. */
  readonly unsubscribeUrl: string | null;
  readonly listId: string | null;
}

export interface OutgoingSms {
  readonly kind: 'sms';
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly segments: number;
  /** Seconds for which the provider may hold it: nothing lands in quiet hours (Twilio ValidityPeriod). */
  readonly validitySeconds: number;
}

export type Outgoing = OutgoingEmail | OutgoingSms;

/** A provider of a channel. Answers within `deadlineMs` (it destroys its socket at it) and never throws for what a provider may say. */
export interface Provider<M extends Outgoing> {
  readonly name: string;
  submit(message: M, options: { readonly deadlineMs: number; readonly signal?: AbortSignal }): Promise<AttemptOutcome>;
  close(): Promise<void>;
}

/** Asks the shop whether an order came that no event told of. Null: the shop gives no look-up. */
export interface OrderLookup {
  findOrder(query: {
    readonly userId: string | null;
    readonly email: string | null;
    readonly cartToken: string | null;
    readonly since: Instant;
  }): Promise<
    { readonly kind: 'found'; readonly orderedAt: Instant } | { readonly kind: 'none' } | { readonly kind: 'failed'; readonly code: string }
  >;
}

/** What a template needs about one person and cart. */
export interface RenderContext {
  readonly profile: {
    readonly firstName: string | null;
    readonly locale: string | null;
    readonly traits: Readonly<Record<string, unknown>>;
  };
  readonly cart: {
    readonly lines: readonly {
      readonly name: string;
      readonly quantity: number;
      readonly price: number;
      readonly imageUrl: string | null;
      readonly url: string | null;
    }[];
    readonly value: number;
    readonly currency: string;
    readonly url: string;
  } | null;
  readonly links: { readonly unsubscribe: string; readonly preferences: string };
  readonly isFirstSms: boolean;
  readonly at: Instant;
  readonly timeZone: string;
}

export type RenderResult =
  | {
      readonly kind: 'email';
      readonly subject: string;
      readonly html: string;
      readonly text: string;
      readonly locale: string;
      readonly contentHash: string;
    }
  | {
      readonly kind: 'sms';
      readonly body: string;
      readonly segments: number;
      readonly encoding: 'GSM-7' | 'UCS-2';
      readonly locale: string;
      readonly contentHash: string;
    }
  /** Not fit to send: missing variable, empty, too long. `problem` names the template and the variable, no personal data. */
  | { readonly kind: 'empty'; readonly problem: string };

/** Renders published templates. Compiling happened at publish; this is Liquid only. */
export interface Renderer {
  render(
    templateId: string,
    version: number | 'latest',
    context: RenderContext,
  ): Promise<RenderResult & { readonly templateVersion: number }>;
}

export type Providers = { readonly email: Provider<OutgoingEmail>; readonly sms: Provider<OutgoingSms> };
export type ChannelName = Channel;
