import { channelKind } from '../../domain/messages/channel.js';
import { holdWaits, placeWait } from '../../journey/awaiting.js';
import type { SendStep } from '../../journey/definition.js';
import { completeSend, type SendResult, withOutcome } from '../../journey/engine.js';
import type { Awaiting } from '../../journey/entry.js';
import { messageOf } from '../../journey/steps/kind-of.js';
import type { PendingSend } from '../ledger.js';
import type { Turn } from '../turn.js';
import type { TurnWorld } from '../world.js';
import type { Settled } from './kind.js';

export function sendStep({ definition }: Pick<TurnWorld, 'definition'>, { step }: PendingSend): SendStep {
  const found = definition.steps[step];
  const message = found === undefined ? null : messageOf(found);
  if (message === null) throw new Error(`Step ${step} of journey ${definition.id} sends no message.`);
  return message;
}

/** The journey goes on from a send that came to this; the conditions of later steps know it. */
export function goesOn(turn: Turn, pending: PendingSend, as: SendResult): Settled {
  turn.engine = withOutcome(turn.engine, pending.step, as.kind);
  return { kind: 'goes-on', advanced: completeSend(turn.engine, turn.state, as) };
}

/** What the entry hears of while its message is deferred: what may end a hold, or what may move a slot. */
export function awaitingIn(step: SendStep, pending: PendingSend, { reason }: { readonly reason: string }): readonly Awaiting[] {
  return reason === 'on-hold' ? [...pending.awaiting, ...holdWaits] : awaitingSlot(step, pending);
}

/** While a slot is promised within quiet hours, the entry hears of moves too. */
export function awaitingSlot(step: SendStep, { awaiting }: PendingSend): readonly Awaiting[] {
  return channelKind(step.channel).hours.widest !== null || step.hours !== undefined ? [...awaiting, placeWait] : awaiting;
}
