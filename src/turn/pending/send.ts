import { channelKind } from '../../domain/messages/channel.js';
import type { SendStep } from '../../journey/definition.js';
import { prepareFirst, wait } from '../answer.js';
import type { NewMessage } from '../effects.js';
import { giveBack, isAmbiguous, newMessage, type PendingSend } from '../ledger.js';
import { serviceIn, type Turn } from '../turn.js';
import { askGate } from './gate.js';
import { rests, type Settled, type Settler } from './kind.js';
import { awaitingSlot, goesOn, sendStep } from './sending.js';

/** One pending send: what an earlier attempt came to, a promised slot that is still to come, or the gate. */
export const send: Settler<'send'> = (turn, pending) => {
  const step = sendStep(turn.world, pending);
  const message = newMessage(turn, step, pending);
  const known = turn.messages.get(message.id);
  switch (known?.state ?? null) {
    case 'accepted':
    case 'delivered':
    case 'bounced':
    case 'failed':
      return goesOn(turn, pending, { kind: 'accepted', reason: null });
    case 'unknown':
      return reconcile(turn, message, pending);
    case 'skipped':
      return goesOn(turn, pending, { kind: 'failed', reason: 'provider-rejected' });
    case 'reserved':
    case 'submitting':
    case 'withheld':
    case 'released':
    case null:
      return keepSlot(turn, step, pending, message) ?? askGate(turn, { step, pending, message });
  }
};

/** A promised slot is kept: the whole gate runs again when it has come. Null: there is none, or it is given up. */
function keepSlot(turn: Turn, step: SendStep, pending: PendingSend, message: NewMessage): Settled | null {
  const known = turn.messages.get(message.id);
  if (known?.state !== 'reserved' || known.slotAt <= turn.world.at || known.reason === 'on-hold') return null;
  if (!turn.hasMoved) return rests(wait(turn, known.slotAt, awaitingSlot(step, pending), `${step.id} · ${step.channel} · slot`));
  // What may have left already goes on counting; its slot is only when it may be sent once more.
  if (!isAmbiguous(known)) giveBack(turn, message, known.slotAt);
  return null;
}

/** An ambiguous text waits for its callback, then for the provider's own word, and is never sent again. */
function reconcile(turn: Turn, message: NewMessage, pending: PendingSend): Settled {
  const { at, entry } = turn.world;
  const unknown = { kind: 'unknown', reason: null } as const;
  const { unclear } = channelKind(message.channel);
  if (unclear.kind === 'repeat') return goesOn(turn, pending, unknown);
  const { plan } = turn.request;
  const text = plan?.messageId === message.id ? plan.text : null;
  if (text?.kind === 'accepted') {
    const { providerId } = text;
    turn.effects.push({ kind: 'settle', id: message.id, state: 'accepted', reason: null, slotAt: null, providerId, at });
    return goesOn(turn, pending, { kind: 'accepted', reason: null });
  }
  if (text !== null) return goesOn(turn, pending, unknown);
  if (entry.dueAt !== null && entry.dueAt <= at && entry.instruction['kind'] === 'reconcile')
    return rests(prepareFirst(turn, pending, 'reconcile'));
  const until = serviceIn(turn, unclear.graceRealMs);
  return rests(wait(turn, until, pending.awaiting, `${message.step} · ${message.channel} · awaiting the callback`, 'reconcile'));
}
