import type { Channel } from '../messages/channel.js';
import type { TopicPolicy } from '../policy/topic-policy.js';
import type { Instant } from '../time/instant.js';

/**
 * `denied`: said no. `withdrawn`: took a yes back. `pending`: a yes that counts once it is confirmed, or (an import) once there is evidence
 * for it.
 * `expired`: a pending yes that nobody confirmed.
 */
export const consentStates = ['pending', 'granted', 'denied', 'withdrawn', 'expired'] as const;
export type ConsentState = (typeof consentStates)[number];

/**
 * On what a yes rests. `implied` (a purchase or an inquiry, CASL) and `soft-opt-in` (a customer, similar goods) are nobody's explicit act.
 */
export const legalBases = ['consent', 'implied', 'soft-opt-in'] as const;
export type LegalBasis = (typeof legalBases)[number];

/** One act. The ledger is append-only; what holds now is a fold over it. */
export interface ConsentRecord {
  readonly channel: Channel;
  readonly topic: string;
  readonly state: ConsentState;
  readonly at: Instant;
  /** `form`, `checkout`, `keyword`, `import`, `preference-centre`, `one-click`, `double-opt-in`, or what an agent says. */
  readonly method: string;
  /** The form, page, message or agent. */
  readonly source: string;
  /** Absent: consent. */
  readonly legalBasis?: LegalBasis | null;
  /** From this instant on a grant counts no more. Absent: it has no end. */
  readonly expiresAt?: Instant | null;
  /** An import or a browser told it: what nobody has proved to be the person's own act here. Absent: none did, or it is not asked. */
  readonly isImported?: boolean;
}

/** Why no message asks for the confirmation of a pending yes: its address was asked within a day already, or is not to be asked. */
export type NotAsked = 'asked-already' | 'complained' | 'stopped' | 'manual';

/** What shows that an act took place. Null or absent: not known. Personal data. */
export interface ConsentProof {
  /** The words that the person saw, and the language (BCP 47) that they were in. */
  readonly text?: string | null;
  readonly textHash?: string | null;
  readonly locale?: string | null;
  readonly sourceUrl?: string | null;
  /** Kept for 24 months. */
  readonly ip?: string | null;
  readonly userAgent?: string | null;
  /** Double opt-in: when it was asked for, and when it was confirmed. */
  readonly requestedAt?: Instant | null;
  readonly confirmedAt?: Instant | null;
  /** Null: it was asked for, or will be. */
  readonly notAsked?: NotAsked | null;
  /** Who recorded it, where that was not the person: an agent's id. */
  readonly actor?: string | null;
  /** Where more is kept: a ticket, a scan, a row of another system. */
  readonly evidence?: string | null;
}

/** Why a consent counts or does not. `not-covered`: there is consent to `marketing`, and this topic must be named on this channel. */
export const consentCauses = [
  'granted',
  'covered',
  'refused',
  'refused-all',
  'expired',
  'pending',
  'quarantined',
  'not-covered',
  'nothing-said',
] as const;
export type ConsentCause = (typeof consentCauses)[number];

export interface ConsentJudgement<R extends ConsentRecord = ConsentRecord> {
  readonly granted: boolean;
  readonly cause: ConsentCause;
  /** The act that decides; null: none. */
  readonly act: R | null;
}

/** Does the person consent to `topic` on `channel` at this instant? `judgeConsent` says why. */
export function hasConsent(records: readonly ConsentRecord[], channel: Channel, topic: string, at: Instant, topics: TopicPolicy): boolean {
  return judgeConsent(records, channel, topic, at, topics).granted;
}

/**
 * Folds the ledger: the newest explicit act of a topic wins, a refusal wins ties, denying a topic beats a broader
 * grant, and refusing `marketing` stands over every older grant of one topic. An implied consent counts while it has not expired and nobody
 * has refused. Pending, unconfirmed and quarantined acts decide nothing.
 */
export function judgeConsent<R extends ConsentRecord>(
  records: readonly R[],
  channel: Channel,
  topic: string,
  at: Instant,
  topics: TopicPolicy,
): ConsentJudgement<R> {
  const own = decidingAct(records, channel, topic, at);
  if (own !== null && isRefusal(own.state)) return { granted: false, cause: 'refused', act: own };

  const broad = topic === 'marketing' ? null : decidingAct(records, channel, 'marketing', at);
  if (broad !== null && refusesAll(broad, own)) return { granted: false, cause: 'refused-all', act: broad };
  if (own !== null && isLive(own, at)) return { granted: true, cause: 'granted', act: own };

  const isBroadLive = broad !== null && !isRefusal(broad.state) && isLive(broad, at);
  if (isBroadLive && isCovered(topics, channel, topic)) return { granted: true, cause: 'covered', act: broad };
  const waiting = own ?? newestOf(records.filter((record) => isOf(record, channel, topic) && record.state === 'pending'));
  if (waiting !== null) return { granted: false, cause: causeOf(waiting), act: waiting };
  return isBroadLive ? { granted: false, cause: 'not-covered', act: broad } : { granted: false, cause: 'nothing-said', act: null };
}

/** Does this act about `marketing` stand over the act of one topic? */
function refusesAll(broad: ConsentRecord, own: ConsentRecord | null): boolean {
  return isRefusal(broad.state) && (own === null || isImplied(own) || broad.at >= own.at);
}

/** The yes to this topic by its own name that counts at this instant; null: there is none. */
export function standingGrant<R extends ConsentRecord>(records: readonly R[], channel: Channel, topic: string, at: Instant): R | null {
  const own = decidingAct(records, channel, topic, at);
  if (own === null || isRefusal(own.state) || !isLive(own, at)) return null;
  const broad = topic === 'marketing' ? null : decidingAct(records, channel, 'marketing', at);
  return broad !== null && refusesAll(broad, own) ? null : own;
}

function causeOf(act: ConsentRecord): ConsentCause {
  if (act.state !== 'pending') return 'expired';
  return isQuarantined(act) ? 'quarantined' : 'pending';
}

/** Does this state refuse? */
export function isRefusal(state: ConsentState): boolean {
  return state === 'denied' || state === 'withdrawn';
}

/** A yes that an import brought without evidence: kept and listed, and counted as nothing. */
export function isQuarantined(act: Pick<ConsentRecord, 'state' | 'method'>): boolean {
  return act.state === 'pending' && act.method === 'import';
}

/** The newest explicit yes or no; where there is none, or its time is over, the implied consent that lasts longest. */
function decidingAct<R extends ConsentRecord>(records: readonly R[], channel: Channel, topic: string, at: Instant): R | null {
  const decided = records.filter((record) => isOf(record, channel, topic) && record.state !== 'pending' && record.state !== 'expired');
  const explicit = newestOf(decided.filter((record) => !isImplied(record)));
  if (explicit !== null && (isRefusal(explicit.state) || isLive(explicit, at))) return explicit;
  const implied = decided.filter(isImplied).sort((a, b) => endOf(b) - endOf(a))[0] ?? null;
  return implied !== null && (explicit === null || isLive(implied, at)) ? implied : explicit;
}

function newestOf<R extends ConsentRecord>(records: readonly R[]): R | null {
  let newest: R | null = null;
  for (const record of records) if (newest === null || standsOver(record, newest)) newest = record;
  return newest;
}

/** The newer act stands. Of two at the same instant it is the one that permits less, so that the order of reading never matters. */
function standsOver(one: ConsentRecord, other: ConsentRecord): boolean {
  if (one.at !== other.at) return one.at > other.at;
  if (isRefusal(one.state) !== isRefusal(other.state)) return isRefusal(one.state);
  return endOf(one) < endOf(other);
}

function isOf(record: ConsentRecord, channel: Channel, topic: string): boolean {
  return record.channel === channel && record.topic === topic;
}

/** Sources of acts that give back what STOP took: START's, and a person's who found that a sentence was none. */
const givenBackBy: ReadonlySet<string> = new Set(['sms-start', 'review']);

/**
 * What was given back keeps its basis and its end, and counts as the act of who gave it back: else the STOP that it undoes would stand over
 * it.
 */
function isImplied({ state, legalBasis, source }: ConsentRecord): boolean {
  return state === 'granted' && (legalBasis === 'implied' || legalBasis === 'soft-opt-in') && !givenBackBy.has(source);
}

function isLive(record: ConsentRecord, at: Instant): boolean {
  return at < endOf(record);
}

function endOf(record: ConsentRecord): Instant {
  return record.expiresAt ?? Number.POSITIVE_INFINITY;
}

/** On texts carriers want a topic named; which topics a yes to `marketing` covers is in the policy. */
function isCovered(topics: TopicPolicy, channel: Channel, topic: string): boolean {
  return topics.topics.some(({ id, coveredByMarketing }) => id === topic && coveredByMarketing.includes(channel));
}

/** The newest explicit act about each topic of a channel; where there is none, the newest implied consent: it undoes no refusal. */
export function newestByTopic<R extends ConsentRecord>(records: readonly R[], channel: Channel): ReadonlyMap<string, R> {
  const newest = new Map<string, R>();
  for (const record of records) {
    if (record.channel !== channel || record.state === 'pending' || record.state === 'expired') continue;
    const known = newest.get(record.topic);
    if (known === undefined || (isImplied(known) && !isImplied(record))) newest.set(record.topic, record);
    else if (isImplied(known) === isImplied(record)) newest.set(record.topic, newestOf([known, record]) ?? record);
  }
  return newest;
}

/**
 * When a person's own word is to count, said now: after everything said before it, even where a client's clock put that into the future.
 */
export function afterAll(records: readonly Pick<ConsentRecord, 'at'>[], now: Instant): Instant {
  return Math.max(now, ...records.map(({ at }) => at + 1));
}
