import type { ToldMessage } from '../domain/load.js';
import type { Moment } from './moments.js';
import type { RecordedMessage } from './recorded.js';

/** What a side of a replay tells of messages, for the map of load. */
export function toldOfMoments(moments: readonly Moment[]): readonly ToldMessage[] {
  return moments.flatMap(({ profileId, at, journey, what, message, reason, by }): readonly ToldMessage[] => {
    if (message === null) return [];
    const told = { person: profileId, at, sender: journey, message };
    if (what === 'sent') return [{ ...told, kind: what }];
    if (what === 'displaced') return [{ ...told, kind: what, by }];
    return what === 'deferred' || what === 'skipped' ? [{ ...told, kind: what, reason: reason ?? '', by }] : [];
  });
}

/** Messages that really went out, on both sides. */
export function toldOfRecorded(messages: readonly RecordedMessage[]): readonly ToldMessage[] {
  return messages.map(({ profileId, at, journeyId, id }) => ({
    kind: 'sent',
    person: profileId,
    at,
    sender: journeyId ?? '',
    message: id,
  }));
}
