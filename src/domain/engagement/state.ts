import { type EngagementPolicy, type EngagementSignal, engagementSignals } from '../policy/engagement-policy.js';
import { type Instant, minute } from '../time/instant.js';
import { addSignal, addSums, type DecayedSum, type SignalSums, scoreAt, takeSignal } from './score.js';

/** Why a person may have had enough of us, by their own act. */
export const fatigueCauses = ['too-many', 'looked-and-left'] as const;
export type FatigueCause = (typeof fatigueCauses)[number];

/**
 * The fold over all that a person did, as `profiles.engagement` keeps it. It does not grow with what they do, and it holds no tier:
 * `tierAt` computes it on demand, so it can neither be late nor be forgotten.
 */
export interface EngagementState {
  readonly sums: SignalSums;
  /** The newest engagement that surely was a person's. */
  readonly engagedAt: Instant | null;
  /** The newest instant at which the bounds of `hot` were met, as far as the signal before the newest one. */
  readonly hotAt: Instant | null;
  /** When a signal raised them last. */
  readonly climbedAt: Instant | null;
  /** The newest sign of the visit that goes on, or of the last one. */
  readonly visitedAt: Instant | null;
  readonly fatigue: { readonly cause: FatigueCause; readonly at: Instant } | null;
  /** The newest signals that came with a key, so that an order told by browser and server counts once. */
  readonly keys: readonly KeyedSignal[];
}

/** A signal that counts once, and what it counted for: null where that was not kept. */
interface KeyedSignal {
  readonly key: string;
  readonly counted: { readonly kind: EngagementSignal; readonly at: Instant } | null;
  /** How it stood before, for a signal that may be taken back. */
  readonly before?: Standing;
}

/** What a signal moves besides its sum. */
type Standing = Pick<EngagementState, 'engagedAt' | 'hotAt' | 'climbedAt'>;

/** Something that a person did. With a `key`, it counts once, also if it is reported several times. */
export interface Signal {
  readonly kind: EngagementSignal;
  readonly key?: string;
  /** Of an open: when the person consented to anything last; it tells how long they have been away. */
  readonly consentAt?: Instant | null;
}

export const noEngagement: EngagementState = {
  sums: {},
  engagedAt: null,
  hotAt: null,
  climbedAt: null,
  visitedAt: null,
  fatigue: null,
  keys: [],
};

/** Pages that follow each other more closely are one visit. */
const visitPauseMs = 30 * minute;

/** More keys than these are forgotten, the oldest first. */
const keptKeys = 16;

/**
 * The state after a signal at `at`; one that comes late, older than others, decays from its own instant. Takes the same time however much
 * is known.
 *
 * @example recordSignal(state, { kind: 'purchase', key: 'order/1001' }, at, policies.engagement)
 */
export function recordSignal(state: EngagementState, signal: Signal, at: Instant, policy: EngagementPolicy): EngagementState {
  if (state.keys.some(({ key }) => key === signal.key)) return state;
  const goesOn = signal.kind === 'site_visit' && state.visitedAt !== null && Math.abs(at - state.visitedAt) < visitPauseMs;
  const sums = goesOn
    ? state.sums
    : { ...state.sums, [signal.kind]: addSignal(state.sums[signal.kind], at, policy.signals[signal.kind].halfLifeMs) };
  const known: EngagementState = {
    ...state,
    sums,
    visitedAt: signal.kind === 'site_visit' ? latest(state.visitedAt, at) : state.visitedAt,
    keys: signal.key === undefined ? state.keys : [...state.keys, keyed(state, signal.key, signal.kind, at)].slice(-keptKeys),
  };
  return engages(state, signal, at, policy) ? climb(state, known, at, policy) : known;
}

function keyed(state: EngagementState, key: string, kind: EngagementSignal, at: Instant): KeyedSignal {
  const counted = { kind, at };
  if (!mayBeTakenBack.has(kind)) return { key, counted };
  const { engagedAt, hotAt, climbedAt } = state;
  return { key, counted, before: { engagedAt, hotAt, climbedAt } };
}

/** What links and pictures tell may turn out to be a machine's. */
const mayBeTakenBack: ReadonlySet<EngagementSignal> = new Set(['human_click', 'reliable_open']);

/**
 * The state without a signal that turned out to be wrong: its part of the score is removed, and its tier too, if nothing newer engaged the
 * person. Of several the newest is removed first. A key that is forgotten, or never counted, changes nothing.
 */
export function takeBackSignal(state: EngagementState, key: string, policy: EngagementPolicy): EngagementState {
  const signal = state.keys.find((known) => known.key === key);
  const sum = signal?.counted ? state.sums[signal.counted.kind] : undefined;
  if (signal?.counted == null || sum === undefined) return state;
  const { kind, at } = signal.counted;
  const sums = { ...state.sums, [kind]: takeSignal(sum, at, policy.signals[kind].halfLifeMs) };
  // What came after it stood on it: it stands on what was before.
  const keys = state.keys
    .filter((known) => known !== signal)
    .map((known) => (signal.before !== undefined && known.before?.engagedAt === at ? { ...known, before: signal.before } : known));
  const standing = signal.before !== undefined && state.engagedAt === at ? signal.before : {};
  return { ...state, sums, keys, ...standing };
}

/** Notes that a person showed that they get too much; the newest such act counts. */
export function recordFatigue(state: EngagementState, cause: FatigueCause, at: Instant): EngagementState {
  return state.fatigue !== null && state.fatigue.at > at ? state : { ...state, fatigue: { cause, at } };
}

/** Of who objects to profiling: what they did is forgotten, what they said of too many messages is not. */
export function withoutSignals(state: EngagementState): EngagementState {
  const isEmpty = state.engagedAt === null && state.visitedAt === null && state.keys.length === 0 && Object.keys(state.sums).length === 0;
  return isEmpty ? state : { ...noEngagement, fatigue: state.fatigue };
}

/** Two profiles turned out to be one person: what both did counts together, and what was reported for both counts once. */
export function mergeEngagement(one: EngagementState, other: EngagementState, policy: EngagementPolicy): EngagementState {
  const sums: Partial<Record<EngagementSignal, DecayedSum>> = { ...one.sums };
  for (const signal of engagementSignals) {
    const sum = other.sums[signal];
    if (sum !== undefined) sums[signal] = addSums(sums[signal], sum, policy.signals[signal].halfLifeMs);
  }
  const { keys, twice } = uniteKeys(one.keys, other.keys);
  for (const { kind, at } of twice) {
    const sum = sums[kind];
    if (sum !== undefined) sums[kind] = takeSignal(sum, at, policy.signals[kind].halfLifeMs);
  }
  const engagedAt = latest(one.engagedAt, other.engagedAt);
  const until = engagedAt ?? 0;
  return {
    sums,
    engagedAt,
    hotAt: latest(lastHotAt(policy, one, until), lastHotAt(policy, other, until)),
    climbedAt: latest(one.climbedAt, other.climbedAt),
    visitedAt: latest(one.visitedAt, other.visitedAt),
    fatigue: (one.fatigue?.at ?? 0) >= (other.fatigue?.at ?? 0) ? one.fatigue : other.fatigue,
    keys: keys.slice(-keptKeys),
  };
}

/** The keys of both, the newest last, and what was counted on either side although the other has counted it earlier. */
function uniteKeys(
  one: readonly KeyedSignal[],
  other: readonly KeyedSignal[],
): { readonly keys: readonly KeyedSignal[]; readonly twice: readonly NonNullable<KeyedSignal['counted']>[] } {
  const age = ({ counted }: KeyedSignal): Instant => counted?.at ?? 0;
  const all = [...one, ...other].toSorted((a, b) => age(a) - age(b));
  const isFirst = ({ key }: KeyedSignal, index: number): boolean => all.findIndex((known) => known.key === key) === index;
  const twice = all.filter((signal, index) => !isFirst(signal, index));
  return { keys: all.filter(isFirst), twice: twice.flatMap(({ counted }) => (counted === null ? [] : [counted])) };
}

/**
 * A machine's opens never engage. A person's open does, but it alone brings nobody back who has been away for longer than `dormant` lasts:
 * that takes an act.
 */
function engages(state: EngagementState, { kind, consentAt }: Signal, at: Instant, policy: EngagementPolicy): boolean {
  if (kind !== 'reliable_open') return kind !== 'machine_open';
  const seenAt = latest(state.engagedAt, consentAt ?? null);
  return seenAt === null || at - seenAt <= policy.tiers.dormantWithinMs;
}

function climb(before: EngagementState, after: EngagementState, at: Instant, policy: EngagementPolicy): EngagementState {
  // A late signal adds to the score; what the newer ones said of the tier stands.
  if (before.engagedAt !== null && at < before.engagedAt) return after;
  const hotAt = lastHotAt(policy, before, at);
  const engaged = { ...after, engagedAt: at, hotAt };
  const wasWarm = before.engagedAt !== null && at < fallsAt(before.engagedAt + policy.tiers.warmWithinMs, policy);
  const wasHot = hotAt !== null && at < fallsAt(hotAt, policy);
  const becomesHot = !wasHot && lastHotAt(policy, engaged, at) === at;
  return becomesHot || !wasWarm ? { ...engaged, climbedAt: at } : engaged;
}

// ── what the state says by itself ──

/** When a tier is lost whose bounds were met last at `metAt`: below for so long, and then at the next midnight (UTC). */
export function fallsAt(metAt: Instant, policy: EngagementPolicy): Instant {
  return Math.ceil((metAt + policy.tiers.demotionAfterMs) / night) * night;
}

const night = 24 * 60 * minute;

/** The last instant, `until` or earlier, at which the bounds of `hot` were met: engaged lately and much. Null: never. */
export function lastHotAt(policy: EngagementPolicy, state: EngagementState, until: Instant): Instant | null {
  const { engagedAt } = state;
  const { withinMs, scoreAtLeast } = policy.tiers.hot;
  if (engagedAt === null || engagedAt > until || scoreAt(policy, state.sums, engagedAt) < scoreAtLeast) return earliest(state.hotAt, until);
  let met = engagedAt;
  let over = Math.min(until, engagedAt + withinMs);
  if (scoreAt(policy, state.sums, over) >= scoreAtLeast) return latest(state.hotAt, over);
  // The score only falls between signals, so where it crosses the bound is found by halving; to the millisecond.
  while (over - met > 1) {
    const middle = Math.floor((met + over) / 2);
    if (scoreAt(policy, state.sums, middle) >= scoreAtLeast) met = middle;
    else over = middle;
  }
  return latest(state.hotAt, met);
}

function latest(one: Instant | null, other: Instant | null): Instant | null {
  return one === null || (other !== null && other > one) ? other : one;
}

function earliest(known: Instant | null, until: Instant): Instant | null {
  return known === null || known <= until ? known : until;
}

// ── as it is kept ──

/** As it is kept in `profiles.engagement`. */
export function engagementJson(state: EngagementState): Readonly<Record<string, unknown>> {
  const sums = Object.fromEntries(Object.entries(state.sums).map(([signal, { value, at }]) => [signal, [value, at]]));
  const keys = state.keys.map(({ key, counted, before }) => {
    if (counted === null) return key;
    return before === undefined
      ? [key, counted.kind, counted.at]
      : [key, counted.kind, counted.at, before.engagedAt, before.hotAt, before.climbedAt];
  });
  return { ...state, sums, keys };
}

/** Reads `profiles.engagement`. What is absent or unreadable counts as never seen: `{}` is nobody's engagement yet. */
export function parseEngagement(json: unknown): EngagementState {
  const fields = record(json);
  const sums = record(fields['sums']);
  const fatigue = record(fields['fatigue']);
  const cause = fatigueCauses.find((known) => known === fatigue['cause']);
  const fatiguedAt = instant(fatigue['at']);
  return {
    sums: Object.fromEntries(
      engagementSignals.flatMap((signal) => {
        const [value, at] = list(sums[signal]);
        return typeof value === 'number' && typeof at === 'number' ? [[signal, { value, at }]] : [];
      }),
    ),
    engagedAt: instant(fields['engagedAt']),
    hotAt: instant(fields['hotAt']),
    climbedAt: instant(fields['climbedAt']),
    visitedAt: instant(fields['visitedAt']),
    fatigue: cause === undefined || fatiguedAt === null ? null : { cause, at: fatiguedAt },
    keys: list(fields['keys']).flatMap(keyedSignal),
  };
}

function keyedSignal(kept: unknown): readonly KeyedSignal[] {
  const [key, told, toldAt, ...stood] = typeof kept === 'string' ? [kept] : list(kept);
  const kind = engagementSignals.find((known) => known === told);
  const at = instant(toldAt);
  if (typeof key !== 'string') return [];
  const counted = kind === undefined || at === null ? null : { kind, at };
  if (stood.length < 3) return [{ key, counted }];
  const [engagedAt, hotAt, climbedAt] = stood.map(instant);
  return [{ key, counted, before: { engagedAt: engagedAt ?? null, hotAt: hotAt ?? null, climbedAt: climbedAt ?? null } }];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function instant(value: unknown): Instant | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
