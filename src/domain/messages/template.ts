import type { RecommendationBlock } from '../recommendations/block.js';
import { type Channel, type ChannelOf, channelKind, type MessageClass } from './channel.js';

/** What every version of a template says about itself. */
export interface TemplateHead {
  readonly id: string;
  readonly channel: Channel;
  readonly class: MessageClass;
  /** What consent is asked for, such as `cart_reminder`. */
  readonly topic: string;
  /** An ambiguous send is not repeated. */
  readonly atMostOnce: boolean;
  /** Paths of the context without which nothing is sent, such as `cart.lines`: missing or empty makes the message empty. */
  readonly requires: readonly string[];
  /** What its words name beside what every message has: sources of knowledge. Absent: none. */
  readonly asks?: readonly string[];
  /** What it recommends, as its file says. Absent: nothing. */
  readonly recommendations?: RecommendationBlock;
  /** An example of what a call or a broadcast gives along: what the template may read as `data`, and what previews show. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** One language of a published template: MJML is HTML by now, Liquid is left in. */
export type EmailVariant = { readonly subject: string; readonly html: string; readonly text: string };
export type SmsVariant = { readonly body: string };

type Designed = ChannelOf<'designed'>;
type Plain = ChannelOf<'plain'>;

/** A published version, as `template_versions.compiled` holds it. Immutable. Keys of `variants` are languages. */
export type CompiledTemplate =
  | (TemplateHead & { readonly format: 1; readonly channel: Designed; readonly variants: Readonly<Record<string, EmailVariant>> })
  | (TemplateHead & { readonly format: 1; readonly channel: Plain; readonly variants: Readonly<Record<string, SmsVariant>> });

type PlainTemplate = Extract<CompiledTemplate, { readonly channel: Plain }>;

/** A body alone, and no design? By its channel. */
export function isPlain(compiled: CompiledTemplate): compiled is PlainTemplate {
  return channelKind(compiled.channel).form === 'plain';
}
