import type { Channel } from '../messages/channel.js';
import type { Instant } from '../time/instant.js';
import { type ConsentRecord, isRefusal, newestByTopic, standingGrant } from './consent.js';
import { openRequests } from './double-opt-in.js';

/** Sources of the acts of STOP: START tells by them what was granted before from what STOP only forbade. */
const taken = (channel: Channel): string => `${channel}-stop`;
const forbidden = (channel: Channel): string => `${channel}-stop-all`;

type StopAct = Pick<ConsentRecord, 'topic' | 'state' | 'source'>;

/**
 * What STOP does to the ledger: every consent on the channel that counts is taken, what waits for a confirmation is refused, and
 * `marketing` is refused at all events.
 */
export function actsOfStop(records: readonly ConsentRecord[], channel: Channel, at: Instant): readonly StopAct[] {
  const newest = newestByTopic(records, channel);
  const live = [...newest.keys()].filter((topic) => standingGrant(records, channel, topic, at) !== null);
  const waiting = openRequests(records).filter((record) => record.channel === channel);
  const acts = new Map<string, StopAct>([
    ...waiting.map(({ topic }) => [topic, { topic, state: 'withdrawn', source: forbidden(channel) }] as const),
    ...live.map((topic) => [topic, { topic, state: 'withdrawn', source: taken(channel) }] as const),
  ]);
  const marketing = newest.get('marketing');
  if ((marketing === undefined || !isRefusal(marketing.state)) && !acts.has('marketing'))
    acts.set('marketing', { topic: 'marketing', state: 'withdrawn', source: forbidden(channel) });
  return [...acts.values()];
}

type StartAct = StopAct & Required<Pick<ConsentRecord, 'legalBasis' | 'expiresAt'>>;

/**
 * What START does: it brings back exactly what STOP took, on the basis and until when it held, and nothing refused elsewhere, before or
 * since.
 */
export function actsOfStart(records: readonly ConsentRecord[], channel: Channel, at: Instant): readonly StartAct[] {
  const newest = newestByTopic(records, channel);
  const broad = newest.get('marketing');
  return [...newest.values()].filter(isTakenByStop).flatMap((stop) => {
    if (broad !== undefined && isOwnRefusal(broad) && broad.at >= stop.at) return [];
    const { topic } = stop;
    const before = records.filter((record) => record.at < stop.at);
    const took = standingGrant(before, channel, topic, stop.at);
    if (took === null || at >= (took.expiresAt ?? Number.POSITIVE_INFINITY)) return [];
    return [
      { topic, state: 'granted', source: `${channel}-start`, legalBasis: took.legalBasis ?? null, expiresAt: took.expiresAt ?? null },
    ];
  });
}

/** A refusal of all marketing that no STOP wrote. */
function isOwnRefusal({ state, source, channel }: ConsentRecord): boolean {
  return isRefusal(state) && source !== taken(channel) && source !== forbidden(channel);
}

/** Would START undo this refusal? */
export function isTakenByStop({ state, source, channel }: Pick<ConsentRecord, 'state' | 'source' | 'channel'>): boolean {
  return isRefusal(state) && source === taken(channel);
}
