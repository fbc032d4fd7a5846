import { type ConsentRecord, isRefusal, newestByTopic } from './consent.js';
import { openRequests } from './double-opt-in.js';
import type { Instant } from './instant.js';

/** Sources of the acts of STOP: START tells by them what was granted before from what STOP only forbade. */
const taken = 'sms-stop';
const forbidden = 'sms-stop-all';

type StopAct = Pick<ConsentRecord, 'topic' | 'state' | 'source'>;

/** What STOP does to the ledger: every consent by text is taken, what waits for a confirmation is refused, and `marketing` is refused at all events. */
export function actsOfStop(records: readonly ConsentRecord[], at: Instant): readonly StopAct[] {
  const newest = newestByTopic(records, 'sms');
  const live = [...newest.values()].filter(({ state, expiresAt }) => state === 'granted' && at < (expiresAt ?? Number.POSITIVE_INFINITY));
  const waiting = openRequests(records).filter(({ channel, topic }) => channel === 'sms' && newest.get(topic)?.state !== 'granted');
  const acts = new Map<string, StopAct>([
    ...waiting.map(({ topic }) => [topic, { topic, state: 'withdrawn', source: forbidden }] as const),
    ...live.map(({ topic }) => [topic, { topic, state: 'withdrawn', source: taken }] as const),
  ]);
  if (!newest.has('marketing') && !acts.has('marketing'))
    acts.set('marketing', { topic: 'marketing', state: 'withdrawn', source: forbidden });
  return [...acts.values()];
}

/** What START does: it brings back exactly what STOP took, until when it held, and nothing that the person refused elsewhere, before or since. */
export function actsOfStart(records: readonly ConsentRecord[], at: Instant): readonly (StopAct & { readonly expiresAt: Instant | null })[] {
  return [...newestByTopic(records, 'sms').values()].filter(isTakenByStop).flatMap((stop) => {
    const before = newestByTopic(
      records.filter((record) => record.topic === stop.topic && record.state === 'granted' && record.at < stop.at),
      'sms',
    );
    const expiresAt = before.get(stop.topic)?.expiresAt ?? null;
    return expiresAt !== null && expiresAt <= at ? [] : [{ topic: stop.topic, state: 'granted', source: 'sms-start', expiresAt }];
  });
}

/** Would START undo this refusal? */
export function isTakenByStop({ state, source }: Pick<ConsentRecord, 'state' | 'source'>): boolean {
  return isRefusal(state) && source === taken;
}
