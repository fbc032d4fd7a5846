import type { SuppressionReason } from '../consent/suppression-reasons.js';
import { type NoticeCode } from '../values/notice-code.js';
import type { BounceClass } from './bounce.js';
import type { PlainContent } from './plain-content.js';

/**
 * A channel as a value: everything in which one channel differs from another, and pure. Each has its own in
 * `src/channels/<name>/channel.ts`; nothing else asks for a channel's name.
 */
export interface ChannelKind<Id extends string = string> {
  readonly id: Id;
  readonly words: ChannelWords;
  /** The same for customers, by the language of the page. */
  readonly pages: Readonly<Record<'en' | 'de', PageWords>>;
  readonly address: AddressKind;
  /** What a template of it is: a subject and a design in MJML, or a body alone. */
  readonly form: 'designed' | 'plain';
  /** What a body alone may hold; null: its messages are designed. */
  readonly plain: PlainContent | null;
  /** What happens when a call to the provider got no answer. */
  readonly unclear: UnclearSend;
  /** Whether a message leaves when the shop cannot say if there was an order: three times asked, and no answer. */
  readonly leavesWithoutLook: boolean;
  readonly hours: ChannelHours;
  /** What asks and tells a person on it (templates of class transactional); null: it cannot. */
  readonly templates: { readonly confirm: string | null; readonly dataLink: string | null; readonly freshLinks: string | null };
  /** The notice if its messages go to a local part and not to a provider. */
  readonly staysHere: { readonly code: NoticeCode; readonly sentence: string } | null;
  /** What a report of the provider, at once or later, asks for; null: nothing. `code`: the provider's, without personal data. */
  readReport(report: { readonly status: string; readonly code: string | null }): ReportAction | null;
  /** How a person ends it: by a link in each message (RFC 8058), or by answering a word. */
  readonly stopsBy: 'link' | 'word';
  /** More than this nobody may be sent, whatever the policy says. */
  readonly ceiling: { readonly windowMs: number; readonly limit: number };
  readonly tracking: ChannelTracking;
  /** The channel that a message moves to which the caps of this one hold back; null: none. */
  readonly fallsBackTo: string | null;
  /** Whether each message costs enough that the shop has a budget an hour for each country. */
  readonly hasCountryBudget: boolean;
  /**
   * Its provider does not report deliveries: a message that was accepted this many milliseconds ago and did not bounce counts as delivered.
   * Null: deliveries are reported.
   */
  readonly deliveredAfterMs: number | null;
  /** Whether a breaker counts what comes back and who complains, and stops marketing by it. */
  readonly hasBreakers: boolean;
  /** Whether the first message to a person says who writes and how to stop it. */
  readonly introducesItself: boolean;
  /** A message about a cart that was left must leave within this many milliseconds of that; null: at any time. */
  readonly cartWithinMs: number | null;
}

/** A person as far as an address is found on them. */
export interface Addressed {
  readonly email: string | null;
  readonly phone: string | null;
  /** Absent: what is known of them is no more than these two. */
  readonly traits?: Readonly<Record<string, unknown>>;
}

/** Words for people: sentences of verdicts, pages of operators, answers of the API. */
export interface ChannelWords {
  /** `email`, `text`. */
  readonly one: string;
  /** `emails`, `texts`. */
  readonly many: string;
  /** As it is said of the whole: `the mail waits`, `the texts wait`. */
  readonly mass: string;
  /** `email address`, `mobile number`. */
  readonly address: string;
  /** `address`, `number`. */
  readonly shortAddress: string;
  /** `email address`, `phone number`: as a person keeps it. */
  readonly ownAddress: string;
  /** A sentence: the provider took it. */
  readonly accepted: string;
  /** A sentence: what was sent to this address did not arrive. */
  readonly cameBack: string;
  /** What else clients call it, in lower case with `_` for blanks. */
  readonly alsoCalled: readonly string[];
}

/** On the preference centre. */
export interface PageWords {
  /** The heading: `By email`. */
  readonly title: string;
  /** Within a sentence: `by email`, `by text message`. */
  readonly by: string;
}

/** Where an address is kept, and how it is read. */
export interface AddressKind {
  /** A column of people, or a trait of theirs that only this channel reads. */
  readonly keptIn: { readonly column: 'email' | 'phone' } | { readonly trait: string };
  /** Its kind of suppression: the first word of what the key is made of. Channels that share an address may share it; no others. */
  readonly suppressedAs: string;
  /** One spelling for one address. Null: it is none. Never throws. */
  normalise(raw: string): string | null;
  /** May a message go there? Never throws. */
  check(raw: string | null, options: ReachOptions): Reach;
  /** Which mailbox provider is behind it, whose complaints stop marketing there. Null: nobody counts that. */
  providerOf(address: string): string | null;
  /** ISO 3166. Null: it does not say. */
  countryOf(address: string): string | null;
}

/** `country`: of an address on which it depends, ISO 3166. */
export type Reach =
  | { readonly kind: 'ok'; readonly address: string; readonly country?: string }
  | { readonly kind: 'no'; readonly code: string };

export interface ReachOptions {
  /** Numbers reserved for fiction count as mobiles. */
  readonly allowFictional: boolean;
  /** Where texts may go (ISO 3166), because texts to the world are how others make money of a shop (toll fraud). */
  readonly countries: readonly string[] | 'all';
  /** ISO 3166: where an address that names no country is from. */
  readonly country?: string;
}

/**
 * `bounce`: earlier bounces decide whether the address is dead. `complaint`: the person called it spam. `suppress`: the address is dead, at
 * once or once so many messages within 30 days had one of these codes. `pause`: content or registration is refused, so the journey would be
 * refused again. `back-off`: it was not sent, and may be sent later. `operator`: our account.
 */
export type ReportAction =
  | { readonly kind: 'bounce'; readonly bounce: BounceClass }
  | { readonly kind: 'complaint' }
  | { readonly kind: 'suppress'; readonly reason: SuppressionReason; readonly messages: number; readonly codes: readonly string[] }
  | { readonly kind: 'pause' | 'back-off' | 'operator' };

export type UnclearSend =
  /** It goes out once more under the same id, unless its template says `at_most_once`. */
  | { readonly kind: 'repeat'; readonly said: string }
  /** It waits so many real milliseconds for its receipt, then the provider is asked for it; it is never sent again. */
  | { readonly kind: 'ask'; readonly graceRealMs: number };

/** What the law says of when a message may leave. Minutes of the local day. */
export interface ChannelHours {
  /** What a rule for everywhere would usually say: `08:00-21:00`, or `any`. */
  readonly usual: string;
  /** Outside these no law lets a message leave. Null: it may leave at any hour, unless a journey narrows that. */
  readonly widest: { readonly opens: number; readonly closes: number } | null;
  /** Hours that no policy may widen, by country. */
  readonly laws: readonly HoursLaw[];
  /** How long a provider may hold a message at most, in seconds, so that it lands within the hours; null: it does not matter. */
  readonly validitySeconds: number | null;
}

export interface HoursLaw {
  readonly country: string;
  readonly countryName: string;
  /** `federal`, as in: outside the federal hours. */
  readonly called: string;
  readonly source: string;
  readonly within: { readonly opens: number; readonly closes: number };
  /** For people there of whom not even the zone is known, and on weekdays only. */
  readonly zoneUnknown: { readonly opens: number; readonly closes: number; readonly clock: string };
}

export interface ChannelTracking {
  /** `always`: wherever a person may be followed at all; `by-policy`: where `tracking.texts` of the policy says so too. */
  readonly links: 'always' | 'by-policy';
  /** Whether opens and clicks are enough to tell what a person cares for. */
  readonly tellsInterest: boolean;
  /** Whether the message can be looked at in a browser. */
  readonly hasView: boolean;
}
