import type { Instruction, TurnInput } from '../../workflows/contract.js';
import type { Channel } from '../domain/channel.js';
import { leaseMs } from '../store/messages.js';
import type { AppDeps } from './deps.js';
import { type Forecast, forecastSend } from './turn/plan-send.js';
import { runTurn, type SettledAttempt, type TurnResult } from './turn/run-turn.js';
import { submitMessage } from './submit-message.js';

/** Messages that one activity may send in a row before it gives its slot back. */
const mostRounds = 12;
const longestTurnMs = 8_000;

/**
 * One turn of an entry: decide, commit, and send what the gate let through. May be called any number of times, by any run; it does its work
 * once. Throws only what trying again can help. A turn for an unknown entry answers `finished`.
 */
export async function takeTurn(deps: AppDeps, input: TurnInput, lane: 'inline' | 'queue'): Promise<Instruction> {
  const startedAt = performance.now();
  const instruction = await rounds(deps, input.entryId, lane, startedAt);
  deps.metrics.turn(instruction.kind, performance.now() - startedAt);
  return instruction;
}

async function rounds(deps: AppDeps, entryId: string, lane: 'inline' | 'queue', startedAt: number): Promise<Instruction> {
  for (let round = 0; round < mostRounds && performance.now() - startedAt < longestTurnMs; round += 1) {
    const forecast = await forecastSend(deps, entryId);
    if (forecast.kind === 'gone') return { kind: 'finished', outcome: 'unknown-entry' };
    const result = await oneRound(deps, forecast, lane);
    if (result.kind === 'instruction') return result.instruction;
  }
  return { kind: 'turn', summary: 'goes on' };
}

async function oneRound(deps: AppDeps, forecast: Exclude<Forecast, { kind: 'gone' }>, lane: 'inline' | 'queue'): Promise<TurnResult> {
  const { seen } = forecast;
  if (forecast.kind === 'nothing-to-send')
    return deps.store.transaction((trx) => runTurn(deps, trx, { seen, plan: null, settled: null, lane: 'send-here' }));
  const { plan } = forecast;
  if (lane === 'inline' && mustQueue(deps, plan.channel, plan.lastAttemptFailed))
    return deps.store.transaction((trx) => runTurn(deps, trx, { seen, plan, settled: null, lane: 'queue-first' }));
  return deps.slots[plan.channel].use(lane, () => decideAndSend(deps, forecast));
}

/** The queue carries a message where Temporal's rate limit, retries and view of the failure are wanted, or where the inline lane would hold up others. */
function mustQueue(deps: AppDeps, channel: Channel, lastAttemptFailed: boolean): boolean {
  const slots = deps.slots[channel];
  return deps.ratedChannels.has(channel) || lastAttemptFailed || slots.inlineIsFull || slots.isBreakerOpen(deps.clock.realNow());
}

async function decideAndSend(deps: AppDeps, { seen, plan }: Extract<Forecast, { kind: 'send' }>): Promise<TurnResult> {
  const decided = await deps.store.transaction((trx) => runTurn(deps, trx, { seen, plan, settled: null, lane: 'send-here' }));
  if (decided.kind !== 'submit') return decided;
  const committedAt = performance.now();
  const outcome = await submitMessage(deps, decided.outgoing, committedAt);
  const settled: SettledAttempt = { messageId: decided.messageId, n: decided.n, outcome };
  return settleUntilLeaseEnds(deps, { seen, plan }, settled, committedAt);
}

/** The answer of a provider is not lost to a hiccup of the store: the second half is tried until the lease ends. */
async function settleUntilLeaseEnds(
  deps: AppDeps,
  { seen, plan }: Pick<Extract<Forecast, { kind: 'send' }>, 'seen' | 'plan'>,
  settled: SettledAttempt,
  committedAt: number,
): Promise<TurnResult> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await deps.store.transaction((trx) => runTurn(deps, trx, { seen, plan, settled, lane: 'send-here' }));
    } catch (cause) {
      if (performance.now() - committedAt + retryPauseMs > leaseMs) throw cause;
      deps.log.warn(
        { entryId: seen.id, messageId: settled.messageId, attempt },
        'The outcome of a send could not be written yet; trying again.',
      );
      await new Promise((resolve) => setTimeout(resolve, Math.min(retryPauseMs, 50 * 2 ** attempt)));
    }
  }
}

const retryPauseMs = 2_000;
