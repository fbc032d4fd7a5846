import type { Instruction, TurnInput } from '../../../workflows/contract.js';
import { type Channel, isKnownChannel } from '../../domain/messages/channel.js';
import { mayPass } from '../../domain/values/fault.js';
import { leaseMs } from '../../domain/values/lease.js';
import type { Trx } from '../../store/db.js';
import { forgetFinished } from '../../store/pokes.js';
import { readTurnRows } from '../../store/turn-snapshot.js';
import type { SettledAttempt } from '../../turn/request.js';
import type { AppDeps } from '../deps.js';
import { alarmTextBudget } from '../keys/text-budget-alarm.js';
import type { Lane } from '../messages/channel-slots.js';
import { submitMessage } from '../messages/submit-message.js';
import { countFailedTurn } from './count-failed-turn.js';
import { forecastSend, type KnownForecast, type SendForecast } from './plan-send.js';
import { runTurn, runTurnsTogether, type TogetherAnswer, type TurnAnswer, type TurnRequest, type TurnResult } from './run-turn.js';

/** Messages that one activity may send in a row before it gives its slot back. */
const mostRounds = 12;
const longestTurnMs = 8_000;
const breatherMs = 1_000;
/** A plan that waited longer than this for its slot is made again: the transaction refuses one whose looks are 5 s old. */
const slotWaitMayTakeMs = 3_500;

/**
 * One turn of an entry: decide, commit, and send what the gate allows. Any run may call it any number of times; it does its work once.
 * Throws errors that a retry can help; a turn that fails three times in the same way is stuck, and waits. For an unknown entry: `finished`.
 */
export async function takeTurn(deps: AppDeps, input: TurnInput, lane: Lane): Promise<Instruction> {
  const startedAt = performance.now();
  try {
    const instruction = await rounds(deps, input.entryId, lane, startedAt);
    deps.metrics.turn(instruction.kind, performance.now() - startedAt);
    return instruction;
  } catch (cause) {
    deps.metrics.turn('failed', performance.now() - startedAt);
    const stuck = await countFailedTurn(deps, input.entryId, cause);
    if (stuck !== null) return stuck;
    throw cause;
  }
}

async function rounds(deps: AppDeps, entryId: string, lane: Lane, startedAt: number): Promise<Instruction> {
  for (let round = 0; round < mostRounds && performance.now() - startedAt < longestTurnMs; round += 1) {
    const forecast = await forecastSend(deps, entryId);
    if (forecast.kind === 'gone') {
      await forgetFinished(deps.store.db, entryId);
      return { kind: 'finished', outcome: forecast.outcome ?? 'unknown-entry' };
    }
    const result = await oneRound(deps, forecast, lane);
    if (result.kind === 'instruction') return result.instruction;
  }
  // Not at once: should the forecast and the locked turn never agree, this must not become a loop without a pause.
  return { kind: 'wait', wakeAtReal: deps.clock.realNow() + breatherMs, summary: 'goes on' };
}

async function oneRound(deps: AppDeps, forecast: KnownForecast, lane: Lane): Promise<TurnResult> {
  if (forecast.kind === 'nothing-to-send') return lookOnly(deps, forecast);
  const { plan } = forecast;
  // No slots and no queue are there for it, and the gate refuses it: nobody has an address on it.
  if (!isKnownChannel(plan.channel)) return decideAndSend(deps, forecast);
  if (lane === 'inline' && mustQueue(deps, plan.channel, plan.lastAttemptFailed)) return handOver(deps, forecast);
  const sent = await deps.slots[plan.channel].use(lane, () => sendWithSlot(deps, forecast));
  return sent ?? handOver(deps, forecast);
}

function lookOnly(deps: AppDeps, { seen }: KnownForecast): Promise<TurnResult> {
  return commitTurn(deps, { seen, plan: null, settled: null, lane: 'send-here' });
}

/** Over to the channel's queue, or back to its end. Inputs are consumed on the way, so an exit does not wait for a connection. */
function handOver(deps: AppDeps, { seen, plan }: SendForecast): Promise<TurnResult> {
  return commitTurn(deps, { seen, plan, settled: null, lane: 'queue-first' });
}

/**
 * During the wait for the slot, the data of the plan may have become too old. The plan is made again here, with the slot in hand: a turn
 * that releases the slot for that would be last in the queue, with looks that are too old again at its next slot.
 */
async function sendWithSlot(deps: AppDeps, forecast: SendForecast): Promise<TurnResult> {
  if (performance.now() - forecast.plan.lookedAt <= slotWaitMayTakeMs) return decideAndSend(deps, forecast);
  const anew = await forecastSend(deps, forecast.seen.entry.id);
  if (anew.kind === 'send' && anew.plan.channel === forecast.plan.channel) return decideAndSend(deps, anew);
  return anew.kind === 'nothing-to-send' ? lookOnly(deps, anew) : { kind: 'again' };
}

/**
 * The queue carries a message where Temporal's rate limit, retries and view of the failure are wanted, or where the inline lane would hold
 * up others.
 */
function mustQueue(deps: AppDeps, channel: Channel, lastAttemptFailed: boolean): boolean {
  const slots = deps.slots[channel];
  return deps.ratedChannels.has(channel) || lastAttemptFailed || slots.inlineIsFull || slots.isBreakerOpen(deps.clock.realNow());
}

async function decideAndSend(deps: AppDeps, forecast: SendForecast): Promise<TurnResult> {
  const { seen, plan } = forecast;
  const decided = await commitTurn(deps, { seen, plan, settled: null, lane: 'send-here' });
  if (decided.kind !== 'submit') return decided;
  const committedAt = performance.now();
  const outcome = await submitMessage(deps, decided.outgoing, committedAt);
  const settled: SettledAttempt = { messageId: decided.messageId, n: decided.n, outcome, usedAddress: plan.seenAddress };
  return settleUntilLeaseEnds(deps, forecast, settled, committedAt);
}

/** The answer of a provider is not lost to a hiccup of the store: the second half is tried until the lease ends. */
export async function settleUntilLeaseEnds(
  deps: AppDeps,
  forecast: SendForecast,
  settled: SettledAttempt,
  committedAt: number,
): Promise<TurnResult> {
  const { plan } = forecast;
  let { seen } = forecast;
  let isAlone = false;
  let lasting = 0;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const result = await commitTurn(deps, { seen, plan, settled, isAlone, lane: 'send-here' });
      if (result.kind !== 'moved') return result;
      // People or carts became one during the call: the answer is written under where the entry is now.
      const moved = await readTurnRows(deps.store.db, seen.entry.id);
      if (moved === null) return result;
      seen = moved;
    } catch (cause) {
      // What will not pass by itself holds no slot until the lease ends: the answer alone is written, without what follows from it.
      if (!mayPass(cause)) {
        isAlone = true;
        lasting += 1;
      }
      if (lasting > mostLastingFaults || performance.now() - committedAt + retryPauseMs > leaseMs) throw cause;
      deps.log.warn(
        { entryId: seen.entry.id, messageId: settled.messageId, attempt },
        'The outcome of a send could not be written yet; the process tries again.',
      );
      await new Promise((resolve) => setTimeout(resolve, Math.min(retryPauseMs, 50 * 2 ** attempt)));
    }
  }
}

const retryPauseMs = 2_000;
const mostLastingFaults = 2;

/** One transaction. Its verdicts are counted when they stand; what lost its slot to this turn's message is looked at at once. */
export async function commitTurn(
  deps: AppDeps,
  request: TurnRequest,
  and?: (trx: Trx, result: TurnResult) => Promise<void>,
): Promise<TurnResult> {
  const result = await deps.store.transaction(async (trx) => {
    const answer = await runTurn(deps, trx, request);
    await and?.(trx, answer);
    return answer;
  });
  tellOf(deps, [result]);
  return result;
}

/** Takes the turns of several people in a transaction of their own, and tells of them. */
export async function takeTurnsTogether(deps: AppDeps, requests: readonly TurnRequest[]): Promise<readonly TogetherAnswer[]> {
  const answers = await deps.store.transaction((trx) => runTurnsTogether(deps, trx, requests));
  tellOf(
    deps,
    answers.map(({ answer }) => answer),
  );
  return answers;
}

/** Once turns are committed: counts their verdicts, and has who lost a slot looked at. */
function tellOf(deps: AppDeps, answers: readonly TurnAnswer[]): void {
  for (const { verdict, channel } of answers.flatMap(({ verdicts }) => verdicts ?? [])) {
    deps.metrics.verdict(verdict.kind, verdict.kind === 'send' ? null : verdict.reason, channel);
    alarmTextBudget(deps, verdict);
  }
  if (answers.some(({ wakesOthers }) => wakesOthers === true)) deps.notifyRelay();
}
