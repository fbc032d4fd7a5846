import { day, type Instant } from '../time/instant.js';

/**
 * The fate of a message, from a simulation, a replay or the ledger. `sender`: the journey, broadcast or message of the shop's own that
 * asked for it. `by`: the senders whose messages had the room that this one needed; empty if room was not the reason.
 */
export type ToldMessage = {
  readonly person: string;
  readonly at: Instant;
  readonly sender: string;
  /** The message's id: a message that waits three times is counted once. */
  readonly message: string;
} & (
  | { readonly kind: 'sent' }
  | { readonly kind: 'deferred' | 'skipped'; readonly reason: string; readonly by: readonly string[] }
  /** It had a promised slot, and a more important message took it. */
  | { readonly kind: 'displaced'; readonly by: readonly string[] }
);

/** How much a group of people is sent, by whom, and who loses room to whom. */
export interface LoadMap {
  readonly from: Instant;
  readonly to: Instant;
  readonly people: number;
  /** Of seven days each, counted from `from`; the last one may be cut short by `to`. */
  readonly weeks: number;
  readonly sent: number;
  readonly perPersonWeek: WeeklyLoad;
  /** The most that anybody got in seven days, wherever these begin. */
  readonly mostInSevenDays: number;
  /** The one that sends most first. */
  readonly senders: readonly SenderLoad[];
  /** The greatest loss first. */
  readonly losses: readonly LostRoom[];
}

/** Messages a person a week. A week in which somebody got nothing counts as one with 0. */
export interface WeeklyLoad {
  readonly mean: number;
  readonly median: number;
  readonly p90: number;
  readonly most: number;
  /** How many weeks of people had so many messages, from 0 to `most`. */
  readonly spread: readonly { readonly messages: number; readonly personWeeks: number }[];
}

export interface SenderLoad {
  readonly sender: string;
  readonly sent: number;
  /** Who got at least one. */
  readonly people: number;
  readonly perPersonWeek: number;
  /** Messages that had to wait for whatever reason, that were not sent, and that lost a slot: each counts once in each. */
  readonly deferred: number;
  readonly skipped: number;
  readonly displaced: number;
}

/** Messages of `loser` that found their room taken by messages of `winner`. */
export interface LostRoom {
  readonly loser: string;
  readonly winner: string;
  readonly messages: number;
  readonly people: number;
  /** Of these: whose promised slot was taken, who had to wait, who was not sent at all. A message may be in more than one. */
  readonly displaced: number;
  readonly deferred: number;
  readonly skipped: number;
}

export interface LoadQuestion {
  readonly from: Instant;
  readonly to: Instant;
  /** Everybody who is looked at, also who got nothing. */
  readonly people: Iterable<string>;
}

const week = 7 * day;

/**
 * Counts a map of load. The order of the input does not matter; what lies outside `from` (inclusive) to `to` (exclusive) is not counted.
 */
export function loadMap(told: Iterable<ToldMessage>, { from, to, people: asked }: LoadQuestion): LoadMap {
  const heard = [...told].filter(({ at }) => at >= from && at < to);
  const people = new Set([...asked, ...heard.map(({ person }) => person)]);
  const sent = heard.filter(({ kind }) => kind === 'sent');
  const weeks = Math.max(1, Math.ceil((to - from) / week));
  const perSender = [...grouped(heard, ({ sender }) => sender)].map(([sender, of]) => senderLoad(sender, of, people.size * weeks));
  return {
    from,
    to,
    people: people.size,
    weeks,
    sent: sent.length,
    perPersonWeek: weeklyLoad(sent, from, people.size * weeks),
    mostInSevenDays: mostInSevenDays(sent),
    senders: perSender.sort((a, b) => b.sent - a.sent || compare(a.sender, b.sender)),
    losses: lostRoom(heard).sort((a, b) => b.messages - a.messages || compare(a.loser, b.loser) || compare(a.winner, b.winner)),
  };
}

function weeklyLoad(sent: readonly ToldMessage[], from: Instant, personWeeks: number): WeeklyLoad {
  const full = [...grouped(sent, ({ person, at }) => `${Math.floor((at - from) / week)} ${person}`).values()].map(({ length }) => length);
  const counts = [...Array<number>(Math.max(0, personWeeks - full.length)).fill(0), ...full.sort((a, b) => a - b)];
  const most = counts.at(-1) ?? 0;
  return {
    mean: share(sent.length, personWeeks),
    median: rank(counts, 0.5),
    p90: rank(counts, 0.9),
    most,
    spread: Array.from({ length: most + 1 }, (_, messages) => ({ messages, personWeeks: counts.filter((one) => one === messages).length })),
  };
}

/** By nearest rank: a number that occurs. */
function rank(ascending: readonly number[], part: number): number {
  return ascending[Math.max(0, Math.ceil(part * ascending.length) - 1)] ?? 0;
}

function mostInSevenDays(sent: readonly ToldMessage[]): number {
  const instants = [...grouped(sent, ({ person }) => person).values()].map((of) => of.map(({ at }) => at).sort((a, b) => a - b));
  return Math.max(0, ...instants.map(mostInAWindow));
}

function mostInAWindow(ascending: readonly Instant[]): number {
  let first = 0;
  return ascending.reduce((most, at, last) => {
    while (at - ascending[first]! >= week) first += 1;
    return Math.max(most, last - first + 1);
  }, 0);
}

function senderLoad(sender: string, of: readonly ToldMessage[], personWeeks: number): SenderLoad {
  const sent = of.filter(({ kind }) => kind === 'sent');
  return {
    sender,
    sent: sent.length,
    people: new Set(sent.map(({ person }) => person)).size,
    perPersonWeek: share(sent.length, personWeeks),
    deferred: messagesThat(of, 'deferred'),
    skipped: messagesThat(of, 'skipped'),
    displaced: messagesThat(of, 'displaced'),
  };
}

type Lost = Exclude<ToldMessage, { readonly kind: 'sent' }>;

function lostRoom(heard: readonly ToldMessage[]): LostRoom[] {
  const lost = heard
    .filter((one): one is Lost => one.kind !== 'sent')
    .flatMap((one) => [...new Set(one.by)].map((winner) => ({ one, winner })));
  return [...grouped(lost, ({ one, winner }) => JSON.stringify([one.sender, winner])).values()].map((of) => {
    const told = of.map(({ one }) => one);
    return {
      loser: told[0]!.sender,
      winner: of[0]!.winner,
      messages: new Set(told.map(({ message }) => message)).size,
      people: new Set(told.map(({ person }) => person)).size,
      displaced: messagesThat(told, 'displaced'),
      deferred: messagesThat(told, 'deferred'),
      skipped: messagesThat(told, 'skipped'),
    };
  });
}

function messagesThat(of: readonly ToldMessage[], kind: ToldMessage['kind']): number {
  return new Set(of.filter((one) => one.kind === kind).map(({ message }) => message)).size;
}

function grouped<Value>(values: readonly Value[], keyOf: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

function share(count: number, of: number): number {
  return of === 0 ? 0 : count / of;
}

/** By code units, so that the order is the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
