import type { RecommendedRecord } from '../recommendations/record.js';
import type { Instant } from '../time/instant.js';
import { type ChannelOf, type MessageClass } from './channel.js';

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
      /** False: the shop told no name, and `name` is its own id for the product. */
      readonly isNamed?: boolean;
      readonly quantity: number;
      readonly price: number;
      /** ISO 4217; null or absent: the cart's. */
      readonly currency?: string | null;
      readonly imageUrl: string | null;
      readonly url: string | null;
    }[];
    /** Null: its lines have several currencies, which have no sum. */
    readonly value: number | null;
    readonly currency: string;
    readonly url: string;
  } | null;
  /** `view`: the mail in a browser; absent where there is none. */
  readonly links: { readonly unsubscribe: string; readonly preferences: string; readonly view?: string; readonly quiz?: string };
  /** The data of the request for the message: `data` of the call or of the broadcast; empty in journeys. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What the template asks beside this (`TemplateHead.asks`), each under its own name. Absent: nothing. */
  readonly known?: Readonly<Record<string, unknown>>;
  readonly isFirstSms: boolean;
  readonly at: Instant;
  readonly timeZone: string;
}

/** `recommended`: what it recommends; absent: nothing. */
export type RenderResult =
  | {
      readonly kind: ChannelOf<'designed'>;
      readonly subject: string;
      readonly html: string;
      readonly text: string;
      readonly locale: string;
      readonly contentHash: string;
      readonly recommended?: RecommendedRecord;
    }
  | {
      readonly kind: ChannelOf<'plain'>;
      readonly body: string;
      readonly segments: number;
      readonly encoding: string;
      readonly locale: string;
      readonly contentHash: string;
      readonly recommended?: RecommendedRecord;
    }
  /** Not fit to send: missing variable, empty, too long. `problem` names the template and the variable, no personal data. */
  | { readonly kind: 'empty'; readonly problem: string };

/** What the version that was rendered says about itself. `class`: as it was approved; absent where nothing was published. */
export interface RenderedVersion {
  readonly templateVersion: number;
  readonly atMostOnce: boolean;
  readonly class?: MessageClass;
}

/** Renders published templates. Compiling happened at publish; this is Liquid only. */
export interface Renderer {
  render(templateId: string, version: number | 'latest', context: RenderContext): Promise<RenderResult & RenderedVersion>;
  /** What its newest version asks beside what every message has: names of sources of knowledge. Absent: no template asks. */
  asks?(templateId: string): Promise<readonly string[]>;
}
