import { verdictSentence } from '../../domain/gate/explain.js';
import { roomTakenBy } from '../../domain/gate/frequency-cap.js';
import type { SendRequest } from '../../domain/gate/guards/guard.js';
import { decideSend } from '../../domain/gate/send-gate.js';
import type { Displaced, SendDecision } from '../../domain/gate/verdict.js';
import type { Hold } from '../../domain/holds/hold.js';
import { addressOf, mailboxOf } from '../../domain/messages/channel.js';
import type { MessageId } from '../../domain/values/ids.js';
import { cappedBy } from '../../journey/capped-by.js';
import type { SendStep } from '../../journey/definition.js';
import { afterFailedLook } from '../../journey/last-look.js';
import { holdOf } from '../../journey/steps/hold-marketing.js';
import { finish, hold, prepareFirst, queue, saveSubmitting, wait } from '../answer.js';
import type { NewMessage } from '../effects.js';
import { gateFacts } from '../gate-facts.js';
import { isHeldOut } from '../holdout.js';
import { isAmbiguous, isDuplicate, messageIdOf, type PendingSend, record } from '../ledger.js';
import { pauseOn } from '../pauses.js';
import type { PreparedSend, TurnResult } from '../request.js';
import type { Turn } from '../turn.js';
import { rests, type Settled } from './kind.js';
import { awaitingIn, goesOn } from './sending.js';

/** A message that the gate is asked for. */
interface Asked {
  readonly step: SendStep;
  readonly pending: PendingSend;
  readonly message: NewMessage;
  /** Whose messages have the room that it asked for; empty: there is room, or it is not about that. */
  readonly roomOf: readonly MessageId[];
}

/** Asks the gate, and does what it says. */
export function askGate(turn: Turn, of: Omit<Asked, 'roomOf'>): Settled {
  const { pending, message } = of;
  const plan = freshPlan(turn, pending);
  if (plan === null) return rests(prepareFirst(turn, pending));
  if (isDuplicate(turn.world, pending)) return skip(turn, { ...of, roomOf: [] }, { kind: 'skip', reason: 'duplicate', detail: {} });
  const [request, facts] = question(turn, of, plan);
  const decision = afterLook(turn, plan, message, decideSend(request, facts));
  return heed(turn, { ...of, roomOf: roomTakenBy(request, facts, decision) }, plan, decision);
}

function heed(turn: Turn, asked: Asked, plan: PreparedSend, decision: SendDecision): Settled {
  const { step, pending, message, roomOf } = asked;
  const { at } = turn.world;
  switch (decision.kind) {
    case 'skip':
      return skip(turn, asked, decision);
    case 'withhold':
      record(turn, message, decision, { state: 'withheld', slotAt: at });
      return goesOn(turn, pending, { kind: 'withheld', reason: decision.reason });
    case 'exit':
      record(turn, message, decision, { state: 'skipped', slotAt: at }, roomOf);
      return rests(finish(turn, 'exited', decision.reason));
    case 'hold': {
      // It keeps the instant from which it is late; a slot that it gave up says nothing about that.
      const known = turn.messages.get(message.id);
      record(turn, message, decision, { state: 'reserved', slotAt: known?.state === 'reserved' ? known.slotAt : at });
      return rests(hold(turn, String(decision.detail['scope']), pending.awaiting));
    }
    case 'defer':
      displace(turn, message, decision);
      record(turn, message, decision, { state: 'reserved', slotAt: decision.until }, roomOf);
      turn.did.push(`${step.id} · ${decision.reason}`);
      return rests(wait(turn, decision.until, awaitingIn(step, pending, decision), `${step.id} · ${step.channel} · ${decision.reason}`));
    case 'send':
      return rests(leave(turn, asked, plan, decision));
  }
}

/** The gate says now: over to the channel's queue, or an attempt with its lease. */
function leave(
  turn: Turn,
  { step, pending, message }: Asked,
  { content, address }: PreparedSend,
  decision: SendDecision & { kind: 'send' },
): TurnResult {
  const { at, rate } = turn.world;
  const { lane, mayBegin } = turn.request;
  if (lane === 'queue-first') {
    displace(turn, message, decision);
    turn.effects.push({ kind: 'message', message, standing: { state: 'reserved', reason: null, slotAt: at, at } });
    return queue(turn, pending, step.channel);
  }
  if (!mayBegin) return wait(turn, at + rate * 1000, pending.awaiting, `${step.id} · ${step.channel} · shutting down`);
  if (content.kind !== 'ready') throw new Error(`Message ${message.id} passed the gate without content.`);
  displace(turn, message, decision);
  const n = (turn.messages.get(message.id)?.attempts.length ?? 0) + 1;
  const country = address.kind === 'ok' ? address.country : undefined;
  turn.effects.push({ kind: 'attempt', message: country === undefined ? message : { ...message, country }, n, content, at });
  turn.effects.push({ kind: 'verdict', messageId: message.id, channel: message.channel, verdict: decision, at });
  saveSubmitting(turn, pending);
  return { kind: 'submit', messageId: message.id, n, outgoing: content.outgoing };
}

/** Less important messages give up the slots that they were promised, and ask the gate again. */
function displace(
  { world, known, effects }: Turn,
  { id }: NewMessage,
  { displaces = [] }: Pick<SendDecision & { kind: 'send' }, 'displaces'>,
): void {
  if (displaces.length === 0) return;
  const verdict: Displaced = { kind: 'release', reason: 'outranked', detail: { winner: id } };
  const outranked = world.facts.messages.filter((message) => displaces.includes(message.id));
  const messages = outranked.map(({ id, channel }) => ({
    id,
    channel,
    text: verdictSentence(verdict, { timeZone: known.timeZone, channel }),
  }));
  effects.push({ kind: 'displace', messages, verdict, at: world.at });
}

function skip(turn: Turn, { pending, message, roomOf }: Asked, decision: SendDecision & { kind: 'skip' | 'exit' }): Settled {
  const known = turn.messages.get(message.id);
  const mayHaveLeft = known !== undefined && isAmbiguous(known);
  // What may have left counts from when it may have left.
  const stands = mayHaveLeft
    ? ({ state: 'unknown', slotAt: known.mayHaveLeftAt ?? known.slotAt } as const)
    : ({ state: 'skipped', slotAt: turn.world.at } as const);
  record(turn, message, decision, stands, roomOf);
  turn.did.push(`${message.step} · ${decision.reason}`);
  return goesOn(turn, pending, mayHaveLeft ? { kind: 'unknown', reason: null } : { kind: 'skipped', reason: decision.reason });
}

/** The plan, if it was made for this very message, cart and address, and its looks are fresh. */
function freshPlan({ request, world }: Turn, pending: PendingSend): PreparedSend | null {
  const { plan, settled, isPlanFresh } = request;
  if (plan === null || settled !== null || plan.step !== pending.step || plan.visit !== pending.visit) return null;
  // Another process, with another secret in front, may have put it into the ledger meanwhile.
  if (plan.messageId !== messageIdOf(world, pending)) return null;
  if (plan.cartUpdatedAt !== (world.cart?.updatedAt ?? null)) return null;
  return plan.seenAddress === addressOf(world.profile, plan.channel) && isPlanFresh ? plan : null;
}

function question(turn: Turn, { step, pending, message }: Omit<Asked, 'roomOf'>, plan: PreparedSend): Parameters<typeof decideSend> {
  const { facts, profile, policies, pauses, definition, shop, at } = turn.world;
  const request: SendRequest = {
    messageId: message.id,
    channel: step.channel,
    class: message.class,
    topic: message.topic,
    priority: message.priority,
    at,
    deadlineAt: pending.deadlineAt,
    ...cappedBy(step, pending.arrivedAt),
    hours: step.hours ?? null,
  };
  const { engagement, places, timeZone } = turn.known;
  const { consents, suppressions, unsubscribedAt } = facts;
  const { origin } = message;
  const ledger = facts.messages.map((one) => ({ ...one, ...turn.messages.get(one.id) }));
  const person = {
    traits: profile.traits,
    consents,
    engagement,
    ledger,
    suppressions,
    unsubscribedAt,
    holds: [...facts.holds, ...holdsBegun(turn)],
    places,
    timeZone,
    toldTier: facts.toldTier,
    // Messages of the shop's own and broadcasts enter nothing: they ask at the gate.
    isInHoldout: turn.state.isHeldOut === true || (origin !== 'journey' && isHeldOut(turn.world)),
  };
  const { address, content } = plan;
  return [
    request,
    gateFacts(policies, person, request, {
      paused: pauseOn(pauses, { channel: step.channel, class: definition.class, mailbox: mailboxOf(profile, step.channel) }),
      reachable: address.kind === 'ok' ? { kind: 'ok' } : address,
      texts:
        address.kind === 'ok' && address.country !== undefined
          ? { country: address.country, used: facts.textsInHour, perHour: shop.texts.perHour }
          : null,
      content: content.kind === 'ready' ? { kind: 'ready' } : content,
    }),
  ];
}

/** Those that steps on the way asked for in this turn: they are not written yet. */
function holdsBegun({ effects }: Turn): readonly Hold[] {
  return effects.flatMap((one) => (one.kind === 'asked' && one.effect.kind === 'hold' ? [holdOf(one.effect, one)] : []));
}

/** The shop could not be asked for orders: try again in five minutes, three times; then an email goes and a text does not. */
function afterLook(turn: Turn, { look }: PreparedSend, { id, channel, deadlineAt }: NewMessage, decision: SendDecision): SendDecision {
  if (look.kind !== 'failed') return decision;
  const failures = (turn.messages.get(id)?.lookFailures ?? 0) + 1;
  return afterFailedLook(decision, { failures, code: look.code, at: turn.world.at, deadlineAt, channel });
}
