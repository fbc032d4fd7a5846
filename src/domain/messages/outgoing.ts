import { type Channel, type ChannelOf } from './channel.js';
import type { AttemptOutcome, ProviderWords } from './message.js';

/** A rendered email, ready for a provider. Personal data: lives in memory and in the store only. */
export interface OutgoingEmail {
  readonly kind: ChannelOf<'designed'>;
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
  /** `campaign:tenant:class:sender` for the complaint statistics of mailbox providers; no personal data. */
  readonly feedbackId?: string;
}

export interface OutgoingSms {
  readonly kind: ChannelOf<'plain'>;
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
  /** Whether the provider has a message whose submission got no answer; only where a provider can be asked. Never throws. */
  findMessage?(message: M, options: { readonly sentAfterReal: number }): Promise<TextLook>;
  /** Whether its server can be reached now, without sending anything. Never throws. */
  reach?(): Promise<ProviderWords & { readonly ok: boolean }>;
  close(): Promise<void>;
}

/** `unknown`: the provider could not be asked. */
export type TextLook =
  | { readonly kind: 'accepted'; readonly providerId: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' };

/** One for each channel. */
export type Providers = { readonly [Kind in Channel]: Provider<Kind extends ChannelOf<'designed'> ? OutgoingEmail : OutgoingSms> };

/** Who takes this message. */
export function providerOf<M extends Outgoing>(providers: Providers, { kind }: M): Provider<M> {
  return providers[kind] as unknown as Provider<M>;
}
