import { verdictSentence } from '../domain/gate/explain.js';
import type { Verdict } from '../domain/gate/verdict.js';
import type { Channel } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import type { MessageId } from '../domain/values/ids.js';
import type { EngineContext } from '../journey/engine.js';
import type { EntryState, TraceLine } from '../journey/entry.js';
import type { Effect } from './effects.js';
import type { Knowledge } from './knowledge.js';
import type { TurnRequest } from './request.js';
import type { TurnMessage, TurnWorld } from './world.js';

/** A message as this turn leaves it so far. */
export type KnownMessage = Pick<
  TurnMessage,
  'entryId' | 'state' | 'reason' | 'attempts' | 'slotAt' | 'mayHaveLeftAt' | 'lookFailures' | 'channel'
>;

/** What settling an attempt may read and write: nothing that is worked out from the person, so that no value of theirs can make it fail. */
export interface Settling {
  readonly world: Pick<TurnWorld, 'entry' | 'facts' | 'at' | 'rate'>;
  readonly request: Pick<TurnRequest, 'plan' | 'settled'>;
  /** The time zone of sentences. */
  readonly timeZone: string;
  readonly effects: Effect[];
  readonly trace: TraceLine[];
  /** What it did, in codes and ids: the beginning of its summary. */
  readonly did: string[];
  readonly messages: Map<string, KnownMessage>;
}

/** A turn while it is decided. It changes as the turn goes on, and leaves the turn as effects. */
export interface Turn extends Settling {
  readonly world: TurnWorld;
  readonly request: TurnRequest;
  readonly known: Knowledge;
  /** Where the entry stands by now. */
  state: EntryState;
  entered: boolean;
  /** The person may be somewhere else than when a slot was promised. */
  hasMoved: boolean;
  /** What conditions may know, with what this turn has settled. */
  engine: EngineContext;
}

export function openSettling(world: TurnWorld, request: TurnRequest, timeZone: string): Settling {
  const messages = new Map<string, KnownMessage>(world.facts.messages.map((message) => [message.id, message]));
  return { world, request, timeZone, effects: [], trace: [], did: [], messages };
}

export function openTurn(world: TurnWorld, request: TurnRequest, known: Knowledge): Turn {
  return {
    ...openSettling(world, request, known.timeZone),
    world,
    request,
    known,
    state: world.entry.data,
    entered: world.entry.state === 'open',
    hasMoved: false,
    engine: known.engine,
  };
}

/** So many real milliseconds later, as a service instant. */
export function serviceIn({ world }: Settling, realMs: number): Instant {
  return world.at + Math.ceil(realMs * world.rate);
}

/** Writes a verdict down, and tells it in the story. */
export function tellVerdict(
  turn: Settling,
  message: { readonly id: MessageId; readonly step: TraceLine['step']; readonly channel: Channel },
  verdict: Verdict,
  roomOf: readonly MessageId[] = [],
): void {
  const { at } = turn.world;
  const room = roomOf.length === 0 ? {} : { roomOf };
  turn.effects.push({ kind: 'verdict', messageId: message.id, channel: message.channel, verdict, at, ...room });
  const text = verdictSentence(verdict, { timeZone: turn.timeZone, channel: message.channel });
  turn.trace.push({ at, step: message.step, kind: 'verdict', text });
}
