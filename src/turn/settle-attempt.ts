import { channelKind } from '../domain/messages/channel.js';
import { type AttemptOutcome, foldAttempts, type MessageState } from '../domain/messages/message.js';
import { type Instant, minute } from '../domain/time/instant.js';
import { submitting } from './ledger.js';
import type { SettledAttempt } from './request.js';
import { type Settling, serviceIn, tellVerdict } from './turn.js';
import type { TurnMessage } from './world.js';

const firstRetryRealMs = 1_000;
const longestRetryRealMs = 5 * minute;

/** Nobody came back from the provider before the lease ended: whether the message left is not known. */
export function settleExpired(turn: Settling): void {
  const stranded = submitting(turn);
  const attempt = stranded?.attempts.at(-1);
  if (!stranded || !attempt) return;
  settleAttempt(turn, { messageId: stranded.id, n: attempt.n, outcome: { kind: 'unknown', code: 'lease-expired' }, usedAddress: null });
}

/** Writes what an attempt came to, and what that makes of the message: accepted > unknown > not sent, whichever came late. */
export function settleAttempt(turn: Settling, settled: SettledAttempt): void {
  const { messageId, n, outcome } = settled;
  const message = turn.world.facts.messages.find((one) => one.id === messageId);
  if (!message) throw new Error(`Message ${messageId} of entry ${turn.world.entry.id} is not in the ledger.`);
  turn.effects.push({ kind: 'outcome', messageId, n, outcome, at: turn.world.at });
  const attempts = message.attempts.map((one) => (one.n === n ? { ...one, outcome: outcome.kind } : one));
  const folded = foldAttempts(attempts.map((one) => one.outcome));
  const attempted: Attempted = { message, attempts, n, outcome };
  // A later attempt is under way, or has said how the message stands: only an acceptance still changes that.
  if (folded !== 'accepted' && message.attempts.at(-1)?.n !== n) turn.messages.set(messageId, { ...message, attempts });
  else if (folded === 'accepted') settleAccepted(turn, attempted);
  else {
    heedAddress(turn, message, settled);
    if (folded === 'unknown') settleUnclear(turn, attempted);
    else if (outcome.kind === 'not-sent') settleRejected(turn, attempted, outcome);
  }
}

interface Attempted {
  readonly message: TurnMessage;
  readonly attempts: TurnMessage['attempts'];
  readonly n: number;
  readonly outcome: AttemptOutcome;
}
type NotSent = Extract<AttemptOutcome, { readonly kind: 'not-sent' }>;

function settleAccepted(turn: Settling, attempted: Attempted): void {
  const { message } = attempted;
  say(turn, message, channelKind(message.channel).words.accepted);
  turn.did.push(`${message.step} · sent`);
  settle(turn, attempted, { state: 'accepted' });
}

/** An unclear email goes out once more under the same id, if its template lets it. */
function settleUnclear(turn: Settling, attempted: Attempted): void {
  const { message, attempts, n, outcome } = attempted;
  const { unclear: when } = channelKind(message.channel);
  const mayRepeat = isAtStep(turn, message) && when.kind === 'repeat' && (outcome.kind !== 'not-sent' || outcome.retry);
  const unclear = attempts.filter((one) => one.outcome === 'unknown' || one.outcome === null).length;
  turn.did.push(`${message.step} · unknown`);
  if (mayRepeat && unclear < 2 && !isAtMostOnce(turn, message)) {
    say(turn, message, when.said);
    return settle(turn, attempted, { state: 'reserved', slotAt: retrySlot(turn, n, null) });
  }
  say(turn, message, 'No answer came, and whether it was accepted is not known.');
  settle(turn, attempted, { state: 'unknown' });
}

/** What may pass is tried again until the deadline. */
function settleRejected(turn: Settling, attempted: Attempted, outcome: NotSent): void {
  const { message, n } = attempted;
  const slotAt = retrySlot(turn, n, outcome.retryAfterMs ?? null);
  const isTriedAgain = outcome.retry && isAtStep(turn, message) && slotAt <= message.deadlineAt;
  const why = { reason: 'provider-rejected', detail: { code: outcome.code, attempt: n } } as const;
  tellVerdict(turn, message, isTriedAgain ? { kind: 'defer', until: slotAt, ...why } : { kind: 'skip', ...why });
  turn.did.push(`${message.step} · ${outcome.code}`);
  settle(turn, attempted, { reason: 'provider-rejected', ...(isTriedAgain ? { state: 'reserved', slotAt } : { state: 'skipped' }) });
}

function heedAddress(turn: Settling, { channel }: TurnMessage, { outcome, usedAddress }: SettledAttempt): void {
  if (outcome.kind !== 'not-sent' || !outcome.suppress) return;
  const { profileId } = turn.world.entry;
  turn.effects.push({ kind: 'suppress', profileId, channel, usedAddress, code: outcome.code, at: turn.world.at });
}

function settle(
  turn: Settling,
  { message, attempts, outcome }: Attempted,
  to: { readonly state: MessageState; readonly reason?: string; readonly slotAt?: Instant },
): void {
  const { state, reason = null, slotAt = null } = to;
  const providerId = outcome.kind === 'accepted' ? outcome.providerId : null;
  turn.effects.push({ kind: 'settle', id: message.id, state, reason, slotAt, providerId, at: turn.world.at });
  turn.messages.set(message.id, {
    ...message,
    state: stateAfter(message.state, state),
    reason,
    attempts,
    slotAt: slotAt ?? message.slotAt,
  });
}

/** A receipt may have come before the answer: what it says stands. */
export function stateAfter(before: MessageState, now: MessageState): MessageState {
  return before === 'delivered' || before === 'bounced' || before === 'failed' || (before === 'accepted' && now !== 'accepted')
    ? before
    : now;
}

function say(turn: Settling, { step }: TurnMessage, text: string): void {
  turn.trace.push({ at: turn.world.at, step, kind: 'submitted', text });
}

function isAtStep({ world }: Settling, { step, visit }: TurnMessage): boolean {
  const { state, data } = world.entry;
  return state === 'open' && data.step === step && data.visit === visit;
}

function isAtMostOnce({ request: { plan } }: Settling, { id }: TurnMessage): boolean {
  return plan?.messageId === id && plan.content.kind === 'ready' && plan.content.atMostOnce;
}

/** Back-off runs on the real clock: 1 s, 2 s, 4 s … 5 min, or what the provider asked for. The answer is a service instant. */
function retrySlot(turn: Settling, attempt: number, retryAfterMs: number | null): Instant {
  return serviceIn(turn, retryAfterMs ?? Math.min(firstRetryRealMs * 2 ** (attempt - 1), longestRetryRealMs));
}
