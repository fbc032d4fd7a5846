import type { Channel } from './channel.js';
import type { Instant } from './instant.js';

export const consentStates = ['pending', 'granted', 'denied', 'withdrawn', 'expired'] as const;
export type ConsentState = (typeof consentStates)[number];

/** One explicit act. The ledger is append-only; what holds now is a fold over it. */
export interface ConsentRecord {
  readonly channel: Channel;
  readonly topic: string;
  readonly state: ConsentState;
  readonly at: Instant;
  readonly method: string;
  readonly source: string;
}

/** Topics that consent to `marketing` on a channel covers too. On SMS nothing is covered: carriers want cart reminders named. */
const coveredByMarketing: Readonly<Record<Channel, ReadonlySet<string> | 'all'>> = { email: 'all', sms: new Set() };

/**
 * Does the person consent to `topic` on `channel`? The newest explicit act per topic wins, withdrawal wins ties
 * (statistics-and-compliance §4.5), and denying a topic beats a broader grant (design §8).
 */
export function hasConsent(records: readonly ConsentRecord[], channel: Channel, topic: string): boolean {
  const own = newestState(records, channel, topic);
  if (own !== null) return own === 'granted' && !deniesAllMarketing(records, channel, topic);
  const covered = coveredByMarketing[channel];
  if (topic !== 'marketing' && covered !== 'all' && !covered.has(topic)) return false;
  return newestState(records, channel, 'marketing') === 'granted';
}

/** A withdrawal of all marketing stands over an older grant of one topic; a newer grant of the topic stands over it. */
function deniesAllMarketing(records: readonly ConsentRecord[], channel: Channel, topic: string): boolean {
  const broad = newestRecord(records, channel, 'marketing');
  const own = newestRecord(records, channel, topic);
  return broad !== null && own !== null && broad.state === 'denied' && broad.at >= own.at;
}

function newestState(records: readonly ConsentRecord[], channel: Channel, topic: string): ConsentState | null {
  return newestRecord(records, channel, topic)?.state ?? null;
}

function newestRecord(records: readonly ConsentRecord[], channel: Channel, topic: string): ConsentRecord | null {
  let newest: ConsentRecord | null = null;
  for (const record of records) {
    if (record.channel !== channel || record.topic !== topic) continue;
    if (newest === null || record.at > newest.at || (record.at === newest.at && record.state === 'denied')) newest = record;
  }
  return newest;
}
