import { channelKind } from '../domain/messages/channel.js';
import type { MessageId } from '../domain/values/ids.js';
import type { SendStep, StepEffect } from '../journey/definition.js';
import { type Advanced, advance } from '../journey/engine.js';
import type { Pending } from '../journey/entry.js';
import { endsByOrder } from '../journey/last-look.js';
import { arming } from './arming.js';
import { type Knowledge, know } from './knowledge.js';
import { messageIdOf, type PendingSend } from './ledger.js';
import { sendStep } from './pending/sending.js';
import { toldInputs } from './told-inputs.js';
import type { TurnWorld } from './world.js';

/** The message that a turn would come to, and what must be made ready for it. */
export interface ForeseenSend {
  readonly step: SendStep;
  readonly pending: PendingSend;
  readonly messageId: MessageId;
  readonly known: Knowledge;
  /** It may have left before: what is sent now must be the same to the letter, or nothing. */
  readonly repeats: boolean;
  /** The shop is asked once more for an order. */
  readonly asksShop: boolean;
  /** The provider is asked what became of an ambiguous text. */
  readonly asksProvider: boolean;
  /** The last attempt failed in a way that may pass: the next one goes over the channel's queue. */
  readonly lastAttemptFailed: boolean;
}

/** Which message a turn would come to first. Null: none. */
export function foresee(world: TurnWorld): ForeseenSend | null {
  const known = know(world);
  const pending = foreseePending(world, known);
  if (pending?.kind !== 'send') return null;
  const { entry, at, definition } = world;
  const messageId = messageIdOf(world, pending);
  const message = world.facts.messages.find(({ id }) => id === messageId);
  const last = message?.attempts.at(-1);
  return {
    step: sendStep(world, pending),
    pending,
    messageId,
    known,
    repeats: last !== undefined && last.outcome !== 'not-sent',
    asksShop: endsByOrder(definition),
    // After the wait for a callback.
    asksProvider:
      message?.state === 'unknown' && channelKind(message.channel).unclear.kind === 'ask' && entry.dueAt !== null && entry.dueAt <= at,
    lastAttemptFailed: last?.outcome === 'not-sent',
  };
}

function foreseePending(world: TurnWorld, { engine }: Knowledge): Pending | null {
  const { entry } = world;
  const inputs = toldInputs(world);
  if (entry.state !== 'armed') return foreseeable(advance(engine, entry.data, inputs));
  const decided = arming(world, engine, inputs);
  return decided.kind === 'enters' ? foreseeable(advance(engine, decided.state, decided.inputs)) : null;
}

/** What a message may show (a code) is written first: the turn commits, and the message is made ready after that. */
function foreseeable({ pending, asked }: Advanced): Pending | null {
  return asked.some(({ effect }) => isShown(effect)) ? null : pending;
}

function isShown({ kind }: StepEffect): boolean {
  return kind === 'promised' || kind === 'promise_shown';
}
