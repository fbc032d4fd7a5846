/** What a channel without a design makes of a body: how it is written, what its length costs, whom it names. Pure. */
export interface PlainContent {
  /** What is sent of what was rendered. */
  tidy(text: string): string;
  /** Count once for each rendered body: it may take a third of a millisecond. */
  measure(body: string): PlainSize;
  /** Characters that the provider takes at most. */
  readonly longest: number;
  /** Parts beyond which it is not sent: what it costs and how it looks are then nobody's intention. */
  readonly maxSegments: number;
  /** Whether each character costs: then a link that tells stands only where it is no longer than the one in its place. */
  readonly paysByLength: boolean;
  /** Whom the message is from. `number`: the sender of texts that the shop has set for its class. */
  senderOf(shop: { readonly brand: string; readonly number: string }): string;
  /** What is wrong with a body as a person would get it: told when a template is checked. */
  check(body: string, about: AboutBody): readonly BodyFinding[];
}

/** `segments`: the parts that the network makes of it, each of which is paid for. */
export interface PlainSize {
  readonly segments: number;
  readonly encoding: string;
}

export interface AboutBody {
  readonly brand: string;
  readonly segments: number;
  readonly isMarketing: boolean;
  /** The first on this channel to the person. */
  readonly isFirst: boolean;
}

export interface BodyFinding {
  readonly severity: 'error' | 'warning';
  /** A part of a sentence, after the name of a sample: `the text does not say whose it is.` */
  readonly message: string;
  readonly suggestion: string;
}
