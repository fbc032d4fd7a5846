import type { TopicHistory } from '../../domain/engagement/facts.js';
import { promotes } from '../../domain/messages/message-class.js';
import { day, type Instant } from '../../domain/time/instant.js';
import type { TurnFacts, TurnProfile } from '../../turn/world.js';
import type { MemoryMessage } from './tables.js';

/** What came of the messages of a year. */
export function historyOf(own: readonly MemoryMessage[], { engagement }: TurnProfile, at: Instant): TurnFacts['history'] {
  const promoting = own.filter(({ class: of }) => promotes(of));
  const { engagedAt } = engagement;
  const since = (such: (message: MemoryMessage) => boolean): readonly Instant[] =>
    promoting
      .filter((one) => !isLost(one) && one.acceptedAt !== null && one.acceptedAt > (engagedAt ?? 0) && such(one))
      .map(({ acceptedAt }) => acceptedAt ?? 0)
      .sort((a, b) => a - b);
  const topics = new Map<string, MemoryMessage[]>();
  for (const message of promoting.filter(({ slotAt }) => slotAt > at - 365 * day)) {
    const key = `${message.channel} ${message.topic}`;
    topics.set(key, [...(topics.get(key) ?? []), message]);
  }
  return {
    unengagedSends: since(({ content }) => content?.links != null),
    winBacks: since(({ topic }) => topic === 'win_back'),
    topics: [...topics.values()].map(topicHistory),
  };
}

function topicHistory(messages: readonly MemoryMessage[]): TopicHistory {
  const [first] = messages;
  if (first === undefined) throw new Error('A topic without messages has no history.');
  const arrived = messages.filter((one) => one.acceptedAt !== null && !isLost(one));
  const standing = messages.filter(({ state }) => !['skipped', 'withheld', 'released'].includes(state));
  return {
    topic: first.topic,
    channel: first.channel,
    delivered: arrived.length,
    answerable: arrived.filter(({ content }) => content?.links != null).length,
    opened: 0,
    clicked: 0,
    newest: standing
      .map(({ id, slotAt }) => ({ messageId: id, at: slotAt }))
      .sort((a, b) => b.at - a.at)
      .slice(0, 2),
  };
}

function isLost({ state }: MemoryMessage): boolean {
  return state === 'bounced' || state === 'failed';
}
