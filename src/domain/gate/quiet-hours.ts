import { type Channel, channelKind, type MessageClass } from '../messages/channel.js';
import type { Place } from '../places/zone-evidence.js';
import type { Policies } from '../policy/policies.js';
import type { DailyHours, Jurisdiction, QuietHoursPolicy } from '../policy/quiet-hours-policy.js';
import { clockText, weekdays } from '../policy/quiet-hours-policy.js';
import type { Instant } from '../time/instant.js';
import { day, minute, second } from '../time/instant.js';
import { offsetSpan } from '../time/zone-offset.js';
import type { TimingRule } from './earliest-slot.js';
import type { SendRequest } from './guards/guard.js';
import type { VerdictDetail } from './verdict.js';

/** Twilio may hold a text this long at most, so that the real sending stays near the instant that the caps counted. */
const longestValiditySeconds = 3600;
/**
 * From here to the provider it takes some seconds, and their count begins there: so much sooner a text dies, rather than land after the
 * close.
 */
const submissionLagMs = 10 * second;
/**
 * Places whose hours never meet give no opening, however long one looks. The longest run of closed days is a weekend beside two holidays.
 */
const searchMs = 15 * day;

/**
 * Quiet hours as a rule about when: every place where the person may be must be open, by its law and by the hours of the journey. No rule
 * if any hour is allowed, or if the class of the message does not obey quiet hours (`policy` null).
 */
export function quietHours(request: SendRequest, places: readonly Place[], policy: QuietHoursPolicy | null): readonly TimingRule[] {
  if (policy === null) return [];
  const hours = new OpenHours(places, request.channel, policy, request.hours ?? null);
  if (hours.isAnyHour) return [];
  return [
    {
      reason: 'quiet-hours',
      earliest: (from) => hours.earliest(from, request),
      explain: (at) => hours.explain(at),
    },
  ];
}

/**
 * Seconds for which a provider may hold a text that is made ready at `at`: until the deadline, until just before the first of the places
 * closes, an hour at most.
 * Never less than 1. `policy` null: a class that need not keep quiet hours.
 */
export function smsValiditySeconds(
  at: Instant,
  text: {
    readonly channel: Channel;
    readonly places: readonly Place[];
    readonly deadlineAt: Instant;
    readonly policy: QuietHoursPolicy | null;
    readonly hours?: DailyHours | null;
  },
): number {
  const longest = channelKind(text.channel).hours.validitySeconds ?? longestValiditySeconds;
  const atMost = Math.min(text.deadlineAt, at + longest * second);
  const hours = text.policy === null ? null : new OpenHours(text.places, text.channel, text.policy, text.hours ?? null);
  const until = hours === null ? atMost : Math.min(atMost, hours.firstClose(at, atMost + submissionLagMs) - submissionLagMs);
  const seconds = Math.floor((until - at) / second);
  return Math.max(1, Math.min(seconds, longest));
}

/** The quiet hours that a class of messages must keep; null: none. */
export function quietHoursFor(policies: Pick<Policies, 'quietHours' | 'classes'>, messageClass: MessageClass): QuietHoursPolicy | null {
  return policies.classes.classes[messageClass].obeysQuietHours ? policies.quietHours : null;
}

/** One place with the rules that count there. */
interface PlaceHours {
  readonly zone: string;
  readonly rules: readonly LawfulHours[];
}

/** The hours of several places together. */
class OpenHours {
  readonly #places: readonly PlaceHours[];
  readonly #policy: QuietHoursPolicy;
  readonly #narrowed: DailyHours | null;

  constructor(places: readonly Place[], channel: Channel, policy: QuietHoursPolicy, narrowed: DailyHours | null) {
    this.#policy = policy;
    this.#narrowed = narrowed;
    this.#places = places.map((place) => ({ zone: place.zone, rules: rulesFor(policy, channel, place) }));
  }

  get isAnyHour(): boolean {
    return (
      this.#narrowed === null && this.#places.length > 0 && this.#places.every(({ rules }) => rules.every(({ hours }) => hours === null))
    );
  }

  /**
   * The earliest instant at which every place is open, a little spread after an opening. No places: none, because nobody knows where the
   * person is.
   */
  earliest(from: Instant, request: Pick<SendRequest, 'messageId' | 'deadlineAt'>): Instant | null {
    const opening = this.#opening(from);
    return opening === null || opening === from ? opening : opening + this.#jitterMs(opening, request);
  }

  /** The instant at which the first place closes (without the margin), `atMost` if none does before. */
  firstClose(at: Instant, atMost: Instant): Instant {
    return Math.min(atMost, ...this.#places.map((place) => this.#closeOf(place, at, atMost)));
  }

  /** Which place stands against `at`, with its hours of that day; closed all day: no hours. */
  explain(at: Instant): VerdictDetail {
    const closed = this.#places.find((place) => this.#closedUntil(place, at) !== null);
    if (closed === undefined) return { rule: null };
    const { localDay } = localOf(at, closed.zone);
    const hours = this.#hoursOn(closed, localDay);
    const own = inForce(closed.rules, localDay).at(-1);
    return {
      rule: own?.id ?? 'journey',
      zone: closed.zone,
      ...(hours === 'closed'
        ? { closed: isHoliday(closed.rules, localDay) ? 'holiday' : (weekdays[weekdayOf(localDay)] ?? null) }
        : { opens: clockText(hours.opens), closes: clockText(hours.closes) }),
      ...(this.#narrowed === null ? {} : { narrowed: true }),
    };
  }

  #closeOf(place: PlaceHours, from: Instant, atMost: Instant): Instant {
    for (let at = from; at < atMost; ) {
      const { isOpen, until } = this.#stateAt(place, at);
      if (!isOpen) return at;
      at = until;
    }
    return atMost;
  }

  #opening(from: Instant): Instant | null {
    if (this.#places.length === 0) return null;
    for (let at = from; at <= from + searchMs; ) {
      const until = Math.max(at, ...this.#places.map((place) => this.#closedUntil(place, at) ?? at));
      if (until === at) return at;
      at = until;
    }
    return null;
  }

  /** Null: open, and so for longer than the margin. Otherwise when it is worth looking again. */
  #closedUntil(place: PlaceHours, at: Instant): Instant | null {
    const state = this.#stateAt(place, at);
    if (!state.isOpen) return state.until;
    const lastMargin = at + this.#policy.closingMarginMs;
    const closes = this.#closeOf(place, at, lastMargin + 1);
    return closes > lastMargin ? null : closes;
  }

  /**
   * By the message's id, so that the answer is the same every time; never beyond the deadline, nor where the common opening has closed
   * again.
   */
  #jitterMs(opening: Instant, { messageId, deadlineAt }: Pick<SendRequest, 'messageId' | 'deadlineAt'>): number {
    const { openingJitterMs, closingMarginMs } = this.#policy;
    const closes = this.firstClose(opening, opening + openingJitterMs + closingMarginMs);
    const room = Math.min(openingJitterMs, closes - closingMarginMs - opening, deadlineAt >= opening ? deadlineAt - opening + 1 : 1);
    return room <= 1 ? 0 : hashOf(messageId) % Math.ceil(room);
  }

  /** Is it open, and until when that surely stays so. Midnight and changes of clocks end what is known. */
  #stateAt(place: PlaceHours, at: Instant): { readonly isOpen: boolean; readonly until: Instant } {
    const { localDay, localMs, midnightAt, until } = localOf(at, place.zone);
    const hours = this.#hoursOn(place, localDay);
    if (hours === 'closed') return { isOpen: false, until };
    const opens = hours.opens * minute;
    const closes = hours.closes * minute;
    if (localMs < opens) return { isOpen: false, until: Math.min(until, midnightAt + opens) };
    return localMs < closes ? { isOpen: true, until: Math.min(until, midnightAt + closes) } : { isOpen: false, until };
  }

  /** The hours that all rules of a place leave on a local day. */
  #hoursOn(place: PlaceHours, localDay: number): DailyHours | 'closed' {
    const lawful = lawfulOn(place.rules, localDay);
    return lawful === 'closed' || this.#narrowed === null ? lawful : common(lawful, this.#narrowed);
  }
}

/** By rules and day: a decision asks several times about today, and other decisions ask the same. */
const remembered = new WeakMap<readonly LawfulHours[], Map<number, DailyHours | 'closed'>>();
const mostDays = 64;

function lawfulOn(rules: readonly LawfulHours[], localDay: number): DailyHours | 'closed' {
  const days = remembered.get(rules) ?? new Map<number, DailyHours | 'closed'>();
  remembered.set(rules, days);
  const known = days.get(localDay);
  if (known !== undefined) return known;
  let hours: DailyHours | 'closed' = { opens: 0, closes: minutesOfDay };
  for (const rule of inForce(rules, localDay)) {
    if (rule.hours === null || hours === 'closed') continue;
    const own = rule.holidays.has(localDay) ? rule.holidayHours : (rule.hours[weekdayOf(localDay)] ?? null);
    hours = own === null ? 'closed' : common(hours, own);
  }
  if (days.size >= mostDays) days.clear();
  days.set(localDay, hours);
  return hours;
}

function common(some: DailyHours, others: DailyHours): DailyHours | 'closed' {
  const opens = Math.max(some.opens, others.opens);
  const closes = Math.min(some.closes, others.closes);
  return opens < closes ? { opens, closes } : 'closed';
}

const minutesOfDay = 1440;

/** A jurisdiction in the numbers of days that the calendar arithmetic uses. */
interface LawfulHours {
  readonly id: string;
  readonly isOfEverywhere: boolean;
  /** Days since 1970-01-01, first included, last not. */
  readonly fromDay: number;
  readonly untilDay: number;
  /** From Monday; null: any hour. */
  readonly hours: readonly (DailyHours | null)[] | null;
  readonly holidayHours: DailyHours | null;
  readonly holidays: ReadonlySet<number>;
}

const compiled = new WeakMap<QuietHoursPolicy, Map<string, readonly LawfulHours[]>>();

/** What counts at a place, from the general to the particular; sentences name the most particular. */
function rulesFor(policy: QuietHoursPolicy, channel: Channel, place: Place): readonly LawfulHours[] {
  const ofPolicy = compiled.get(policy) ?? new Map<string, readonly LawfulHours[]>();
  compiled.set(policy, ofPolicy);
  const key = `${channel} ${place.country} ${place.region} ${place.unknown}`;
  const known = ofPolicy.get(key);
  if (known !== undefined) return known;
  const rules = jurisdictionsAt(policy, channel, place).map(lawfulHours);
  ofPolicy.set(key, rules);
  return rules;
}

function jurisdictionsAt(policy: QuietHoursPolicy, channel: Channel, place: Place): readonly Jurisdiction[] {
  return policy.jurisdictions
    .filter(
      (one) =>
        one.channel === channel &&
        (one.country === null || one.country === place.country) &&
        (one.region === null || one.region === place.region) &&
        (one.unknown === null || one.unknown === place.unknown),
    )
    .toSorted((a, b) => exactness(a) - exactness(b));
}

function exactness({ region, unknown }: Jurisdiction): number {
  return region !== null ? 2 : unknown !== null ? 1 : 0;
}

function lawfulHours({ id, country, from, until, hours, holidayHours, holidays }: Jurisdiction): LawfulHours {
  return {
    id,
    isOfEverywhere: country === null,
    fromDay: from === null ? Number.NEGATIVE_INFINITY : dayNumber(from),
    untilDay: until === null ? Number.POSITIVE_INFINITY : dayNumber(until),
    hours: hours === null ? null : weekdays.map((weekday) => hours[weekday] ?? null),
    holidayHours,
    holidays: new Set(holidays.map(dayNumber)),
  };
}

/** The rules of a local day. What is said of everywhere counts only where nothing else is in force. */
function inForce(rules: readonly LawfulHours[], localDay: number): readonly LawfulHours[] {
  const today = rules.filter(({ fromDay, untilDay }) => fromDay <= localDay && localDay < untilDay);
  const own = today.filter(({ isOfEverywhere }) => !isOfEverywhere);
  return own.length > 0 ? own : today;
}

function isHoliday(rules: readonly LawfulHours[], localDay: number): boolean {
  return inForce(rules, localDay).some(({ holidays }) => holidays.has(localDay));
}

/** The local day of an instant, how far into it the wall clock is, and until when day and clock go on as they do. */
function localOf(at: Instant, zone: string) {
  const { until, offsetMs } = offsetSpan(at, zone);
  const local = at + offsetMs;
  const localDay = Math.floor(local / day);
  const midnightAt = localDay * day - offsetMs;
  return { localDay, localMs: local - localDay * day, midnightAt, until: Math.min(until, midnightAt + day) };
}

/** 0 is Monday; 1970-01-01 was a Thursday. */
function weekdayOf(localDay: number): number {
  return (((localDay + 3) % 7) + 7) % 7;
}

function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / day;
}

/** FNV-1a over the characters. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
