import { isRecord } from '../../domain/values/is-record.js';
import type { EventSaid, Fields, Source, Unreadable } from '../source.js';

/** Files that are imported (`sojourn import`). A line becomes events, each of which is kept as it is read here. */
export const files: Source = {
  id: 'file',
  paths: {},
  largestEvent: 256 * 1024,
  readBody: () => ({ kind: 'unreadable', origin: 'import', reason: 'no-import', detail: 'Lines of files come in by `sojourn import`.' }),
  readEvent,
};

function readEvent(raw: Fields): EventSaid | Unreadable {
  const { type, event, userId, anonymousId, messageId, properties, traits, timestamp } = raw;
  if (type !== 'identify' && type !== 'track')
    return {
      kind: 'unreadable',
      reason: 'invalid-event',
      detail: 'The line could not be read: mend it in the file, and import that line.',
    };
  return {
    kind: 'said',
    type,
    name: textOf(event),
    userId: textOf(userId),
    anonymousId: textOf(anonymousId),
    previousId: null,
    messageId: textOf(messageId),
    properties: isRecord(properties) ? properties : {},
    traits: isRecord(traits) ? traits : {},
    stamps: [timestamp],
    sentAt: null,
    context: {},
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
