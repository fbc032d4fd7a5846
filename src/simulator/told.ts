import type { ToldMessage } from '../domain/gate/load.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { MemoryMessage, MemoryVerdict, Tables } from './memory/tables.js';

/** What became of every message of a world in memory: the map of load is counted from it. `nameOf`: what a person is called there. */
export function toldMessages(tables: Tables, nameOf: (id: ProfileId) => string): readonly ToldMessage[] {
  const left = [...tables.messages.values()].flatMap((message): readonly ToldMessage[] =>
    message.acceptedAt === null ? [] : [{ ...about(message, nameOf), at: message.submittedAt ?? message.acceptedAt, kind: 'sent' }],
  );
  const judged = [...tables.verdicts.values()].flatMap((verdict) => {
    const message = tables.messages.get(verdict.messageId);
    return message === undefined ? [] : toldOf(tables, verdict, about(message, nameOf));
  });
  return [...left, ...judged];
}

/** The name of a message's sender in the story. */
export function senderOf({ journeyId }: Pick<MemoryMessage, 'journeyId'>): string {
  return journeyId ?? 'before';
}

type About = Pick<ToldMessage, 'person' | 'sender' | 'message'>;

function about(message: MemoryMessage, nameOf: (id: ProfileId) => string): About {
  return { person: nameOf(message.profileId), sender: senderOf(message), message: message.id };
}

function toldOf(tables: Tables, { verdict, roomOf, at }: MemoryVerdict, of: About): readonly ToldMessage[] {
  const sendersOf = (ids: readonly string[]): readonly string[] => [
    ...new Set(
      ids.flatMap((id) => {
        const other = tables.messages.get(id as MemoryMessage['id']);
        return other === undefined ? [] : [senderOf(other)];
      }),
    ),
  ];
  switch (verdict.kind) {
    case 'defer':
      return [{ ...of, at, kind: 'deferred', reason: verdict.reason, by: sendersOf(roomOf) }];
    case 'skip':
    case 'exit':
      return [{ ...of, at, kind: 'skipped', reason: verdict.reason, by: sendersOf(roomOf) }];
    case 'release':
      return [{ ...of, at, kind: 'displaced', by: sendersOf([verdict.detail.winner]) }];
    case 'send':
    case 'hold':
    case 'withhold':
      return [];
  }
}
