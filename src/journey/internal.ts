import type { Channel, MessageClass } from '../domain/messages/channel.js';
import { day, type Instant } from '../domain/time/instant.js';
import type { EntryId, JourneyId, ProfileId, StepId } from '../domain/values/ids.js';
import type { JourneyDefinition } from './definition.js';
import type { EntryState } from './entry.js';

/** Far beyond any deadline that a call may name: what an entry of such a journey may wait is in its own state. */
export const longestDeadlineMs = 30 * day;

/** The only step of a journey that Sojourn makes for itself. */
export const onlyStep = 'message' as StepId;

/** What a shop's own message or a broadcast is sent as. Class and channel are those of the template. */
export interface InternalSend {
  readonly template: string;
  readonly channel: Channel;
  readonly class: MessageClass;
  readonly topic: string;
  /** 0–100, higher wins. */
  readonly priority: number;
}

/** An entry that the sender makes, pinned from the start: of a shop's own message or of a broadcast. */
export interface OpenedEntry {
  readonly id: EntryId;
  readonly journeyId: JourneyId;
  readonly version: number;
  readonly profileId: ProfileId;
  readonly entryKey: string;
  /** When its message falls due. */
  readonly dueAt: Instant;
  readonly createdAt: Instant;
  readonly state: EntryState;
}

/** The journey of a shop's own messages from one template. A dot stands in no id that people give, so it meets none of theirs. */
export function messageJourney(send: InternalSend): JourneyDefinition {
  return oneStepJourney(`message.${send.template}`, `Message ${send.template}`, send);
}

/** The journey of one broadcast. */
export function broadcastJourney(broadcastId: string, name: string, send: InternalSend): JourneyDefinition {
  return oneStepJourney(broadcastJourneyId(broadcastId), `Broadcast ${name}`, send);
}

export function broadcastJourneyId(broadcastId: string): JourneyId {
  return `broadcast.${broadcastId}` as JourneyId;
}

/** Who asked for the messages of this journey. */
export function originOf(journeyId: string): 'journey' | 'api' | 'broadcast' {
  if (journeyId.startsWith('message.')) return 'api';
  return journeyId.startsWith('broadcast.') ? 'broadcast' : 'journey';
}

/** Nothing starts it and nothing ends it but its one message: the sender makes the entries. */
function oneStepJourney(id: string, name: string, send: InternalSend): JourneyDefinition {
  return {
    format: 1,
    id: id as JourneyId,
    name,
    description: '',
    priority: send.priority,
    class: send.class,
    topic: send.topic,
    trigger: { kind: 'inactivity', after: [], resetOn: [], forMs: 0 },
    entry: { key: { kind: 'profile' }, filters: [], reentry: { kind: 'always' }, concurrency: 'parallel' },
    exits: [],
    goals: [],
    maxDurationMs: null,
    // A pause does not make it stale: its own deadline does.
    catchUp: { kind: 'send_if_within', ms: longestDeadlineMs },
    holdout: 0,
    start: onlyStep,
    steps: {
      [onlyStep]: {
        kind: 'send',
        id: onlyStep,
        next: null,
        channel: send.channel,
        template: send.template,
        deadlineMs: longestDeadlineMs,
        notAfterStartMs: null,
        onCapped: 'defer',
      },
    },
  };
}
