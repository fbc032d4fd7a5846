import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { PreparedSend } from '../turn/request.js';
import type { TurnWorld } from '../turn/world.js';
import type { MemoryEntry, MemoryMessage } from './memory/tables.js';
import type { StoryEntry, StoryMessage, StoryMessageState } from './story.js';
import { senderOf } from './told.js';

type NameOf = (id: ProfileId) => string;

/** An entry as a story tells it. */
export function storyEntry(entry: MemoryEntry, nameOf: NameOf): StoryEntry {
  const { id, journeyId, profileId, createdAt, enteredAt, outcome, outcomeReason, state, dueAt, instruction, activity } = entry;
  const what = instruction['summary'];
  return {
    id,
    journey: journeyId,
    person: nameOf(profileId),
    armedAt: createdAt,
    enteredAt,
    outcome: outcome as StoryEntry['outcome'],
    reason: outcomeReason,
    waitsFor:
      state === 'finished' ? null : { until: activity === 'held' ? null : dueAt, what: typeof what === 'string' ? nextOf(what) : activity },
  };
}

/** A summary says what the turn did, then what it waits for. */
function nextOf(summary: string): string {
  return summary.split(' → ').at(-1) ?? summary;
}

/** A message as a story tells it. `seen`: with what it was last asked for. */
export function storyMessage(
  message: MemoryMessage,
  seen: { readonly plan: PreparedSend; readonly world: TurnWorld } | undefined,
  nameOf: NameOf,
): StoryMessage {
  const { step, channel, reason, attempts, profileId, template } = message;
  return {
    journey: senderOf(message),
    person: nameOf(profileId),
    step: step ?? '',
    channel,
    template,
    state: storyState(message),
    reason: reason as StoryMessage['reason'],
    at: storyInstant(message),
    products: seen?.world.cart?.lines.map(({ name }) => name) ?? [],
    attempts: attempts.length,
    says: saysOf(seen?.plan),
  };
}

/** The subject of an email, or a text as it would leave; null: nothing was made ready. */
export function saysOf(plan: PreparedSend | undefined): string | null {
  if (plan?.content.kind !== 'ready') return null;
  const { outgoing } = plan.content;
  return 'subject' in outgoing ? outgoing.subject : outgoing.body;
}

/** When it was sent, or settled otherwise; while it waits, the slot that it was promised. */
function storyInstant({ state, reason, slotAt, acceptedAt, updatedAt }: MemoryMessage): Instant {
  if (state === 'reserved' && reason !== 'paused') return slotAt;
  return acceptedAt ?? updatedAt;
}

function storyState({ state, reason }: MemoryMessage): StoryMessageState {
  switch (state) {
    case 'reserved':
      return reason === 'paused' ? 'held' : 'waiting';
    case 'accepted':
    case 'delivered':
    case 'bounced':
    case 'submitting':
      return 'sent';
    case 'skipped':
      return reason === 'provider-rejected' ? 'failed' : 'skipped';
    case 'failed':
    case 'unknown':
    case 'withheld':
    case 'released':
      return state;
  }
}
