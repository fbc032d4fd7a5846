import type { BatchTurnInput, Instruction } from '../../../workflows/contract.js';
import { type Channel, isKnownChannel } from '../../domain/messages/channel.js';
import type { AttemptOutcome } from '../../domain/messages/message.js';
import { mayPass } from '../../domain/values/fault.js';
import { type BatchId, endBatch, listPending, type PendingEntry } from '../../store/broadcast-batches.js';
import { readBroadcast } from '../../store/broadcasts.js';
import { askForRun } from '../../store/entries.js';
import type { AppDeps } from '../deps.js';
import { submitMessage } from '../messages/submit-message.js';
import { forecastSends, type KnownForecast, type SendForecast } from '../turn/plan-send.js';
import { addressesOf } from '../turn/read-world.js';
import type { TogetherAnswer } from '../turn/run-turn.js';
import { takeTurnsTogether } from '../turn/take-turn.js';
import { LetterPace } from './letter-pace.js';
import { AnsweredLetters } from './settle-letters.js';

/** Real milliseconds: one activity goes on for so long, and then says how far it came. */
const longestTurnMs = 8_000;
const breatherMs = 1_000;
/** While the provider fails, letters wait; what has to go meanwhile goes over the channel's queue. */
const breakerPauseMs = 5_000;

const paces = new WeakMap<object, LetterPace>();

/** One for a channel of this process, whichever broadcasts use it. */
function paceOf({ slots }: AppDeps, channel: Channel): LetterPace {
  const known = paces.get(slots[channel]) ?? new LetterPace();
  paces.set(slots[channel], known);
  return known;
}

/**
 * Takes the first turns of a batch's recipients, some dozens in a transaction, and sends what the gate let through: the same turn as
 * everywhere, read and written together. May be called any number of times, by any run; it does its work once. A recipient that is not done
 * after the first turn gets a run of its own.
 */
export async function takeBatchTurn(deps: AppDeps, { broadcastId, first }: BatchTurnInput): Promise<Instruction> {
  const batch = { broadcastId, first };
  const broadcast = await readBroadcast(deps.store.db, broadcastId);
  if (broadcast === null) return { kind: 'finished', outcome: 'unknown-broadcast' };
  const { channel } = broadcast.settings;
  if (!isKnownChannel(channel)) return handAllOver(deps, batch);
  const letters = new BatchTurn(deps, batch, channel);
  try {
    return await letters.run();
  } finally {
    await letters.end();
  }
}

/** No slots are there for its channel: each entry's own turn says so. */
async function handAllOver(deps: AppDeps, batch: BatchId): Promise<Instruction> {
  const pending = await listPending(deps.store.db, batch, { limit: 1_000, except: [] });
  await handOver(
    deps,
    pending.map(({ id }) => id),
  );
  return { kind: 'finished', outcome: 'handed-over' };
}

async function handOver(deps: AppDeps, ids: readonly PendingEntry['id'][]): Promise<void> {
  if (ids.length === 0) return;
  await askForRun(deps.store.db, ...ids);
  deps.notifyRelay();
}

/** Some of a batch, made ready. */
interface Group {
  readonly forecasts: readonly KnownForecast[];
  /** When the next falls due, where nobody is due now; null: nobody is left. */
  readonly nextDueReal: number | null;
}

class BatchTurn {
  readonly #deps: AppDeps;
  readonly #batch: BatchId;
  readonly #channel: Channel;
  readonly #pace: LetterPace;
  readonly #answered: AnsweredLetters;
  readonly #sending = new Set<Promise<void>>();
  /** Under way, or handed over: not to be taken again by this activity. */
  readonly #taken = new Set<string>();
  /** How often a turn could not be taken together with others. */
  readonly #leftOut = new Map<string, number>();
  readonly #startedAt = performance.now();
  #done = 0;

  constructor(deps: AppDeps, batch: BatchId, channel: Channel) {
    this.#deps = deps;
    this.#batch = batch;
    this.#channel = channel;
    this.#pace = paceOf(deps, channel);
    this.#answered = new AnsweredLetters(deps);
  }

  async run(): Promise<Instruction> {
    const { clock, slots } = this.#deps;
    let next = this.#prepare();
    for (;;) {
      const group = await next;
      if (!this.#deps.mayBeginSend()) return this.#wait(clock.realNow() + breatherMs, 'shutting down');
      if (slots[this.#channel].isBreakerOpen(clock.realNow())) return this.#wait(clock.realNow() + breakerPauseMs, 'the provider fails');
      if (group.forecasts.length === 0) return await this.#rest(group);
      if (performance.now() - this.#startedAt > longestTurnMs) return { kind: 'turn', summary: this.#summary() };
      // While these leave, the next are made ready.
      next = this.#prepare();
      next.catch(() => undefined);
      await this.#pace.pass(() => this.#send(group.forecasts));
    }
  }

  /** Waits for what is at the provider, and for its answers to be written. */
  async end(): Promise<void> {
    await Promise.all(this.#sending);
    await this.#answered.end();
  }

  #summary(): string {
    return `${this.#done} letters`;
  }

  #wait(wakeAtReal: number, why: string): Instruction {
    return { kind: 'wait', wakeAtReal, summary: `${this.#summary()} · ${why}` };
  }

  async #rest({ nextDueReal }: Group): Promise<Instruction> {
    if (nextDueReal !== null) return this.#wait(nextDueReal, 'the next fall due');
    await this.end();
    const isOver = await this.#deps.store.transaction((trx) => endBatch(trx, this.#batch));
    return isOver ? { kind: 'finished', outcome: 'completed' } : { kind: 'turn', summary: this.#summary() };
  }

  async #prepare(): Promise<Group> {
    const { clock, store } = this.#deps;
    const pending = await listPending(store.db, this.#batch, { limit: this.#pace.size, except: [...this.#taken] });
    const now = clock.now();
    const due = pending.filter(({ dueAt }) => dueAt <= now);
    const [next] = pending;
    if (due.length === 0) return { forecasts: [], nextDueReal: next === undefined ? null : clock.timerAt(next.dueAt) };
    const ids = due.map(({ id }) => id);
    const all = await forecastSends(this.#deps, ids);
    const known = new Set<string>(all.map(({ seen }) => seen.entry.id));
    await this.#giveUp(ids.filter((id) => !known.has(id)));
    const forecasts = withoutShared(this.#deps, all);
    for (const { seen } of forecasts) this.#taken.add(seen.entry.id);
    return { forecasts, nextDueReal: null };
  }

  /** Their own turns meet whatever it is, and tell of it. */
  async #giveUp(ids: readonly PendingEntry['id'][]): Promise<void> {
    for (const id of ids) this.#taken.add(id);
    await handOver(this.#deps, ids);
  }

  /** Answers how many milliseconds the calls took to begin; null: there were none. */
  async #send(forecasts: readonly KnownForecast[]): Promise<number | null> {
    const answers = await this.#decide(forecasts);
    const committedAt = performance.now();
    const of = new Map(forecasts.map((forecast) => [forecast.seen.entry.id, forecast]));
    const begun = answers.flatMap(({ request, answer }) => {
      const forecast = of.get(request.seen.entry.id);
      return answer.kind === 'submit' && forecast?.kind === 'send' ? [this.#leave(forecast, answer, committedAt)] : [];
    });
    this.#done += answers.length;
    if (begun.length === 0) return null;
    await Promise.all(begun);
    return performance.now() - committedAt;
  }

  /** The first turns of all of these in one transaction. */
  async #decide(forecasts: readonly KnownForecast[]): Promise<readonly TogetherAnswer[]> {
    const requests = forecasts.map(({ seen, plan }) => ({ seen, plan, settled: null, lane: 'send-here' as const }));
    try {
      const answers = await takeTurnsTogether(this.#deps, requests);
      const done = new Set(answers.map(({ request }) => request.seen.entry.id));
      await this.#tryAgain(forecasts.filter(({ seen }) => !done.has(seen.entry.id)));
      await this.#giveUp(answers.filter(({ answer }) => answer.kind === 'again').map(({ request }) => request.seen.entry.id));
      return answers;
    } catch (error) {
      if (mayPass(error)) throw error;
      await this.#giveUp(forecasts.map(({ seen }) => seen.entry.id));
      return [];
    }
  }

  /** Something about them had changed meanwhile: with the next group, once; then each has its own turn. */
  async #tryAgain(forecasts: readonly KnownForecast[]): Promise<void> {
    const again: PendingEntry['id'][] = [];
    for (const { seen } of forecasts) {
      const { id } = seen.entry;
      const times = (this.#leftOut.get(id) ?? 0) + 1;
      this.#leftOut.set(id, times);
      if (times > 1) again.push(id);
      else this.#taken.delete(id);
    }
    await this.#giveUp(again);
  }

  /** Resolves when the call has begun, or will not be made; its answer is written later. */
  #leave(forecast: SendForecast, { messageId, n, outgoing }: Extract<TogetherAnswer['answer'], { kind: 'submit' }>, committedAt: number) {
    return new Promise<void>((begun) => {
      const call = async (): Promise<AttemptOutcome> => {
        begun();
        return submitMessage(this.#deps, outgoing, committedAt);
      };
      const sending = this.#deps.slots[this.#channel]
        .use('letter', call)
        .then((outcome) => {
          const settled = { messageId, n, outcome: outcome ?? tooLate, usedAddress: forecast.plan.seenAddress };
          this.#answered.add({ forecast, settled, committedAt });
        })
        .finally(() => {
          begun();
          this.#sending.delete(sending);
        });
      this.#sending.add(sending);
    });
  }
}

/** No slot was free in time: nothing was sent, and its own turn asks the gate again. */
const tooLate = { kind: 'not-sent', code: 'begun-too-late', retry: true, retryAfterMs: 0 } as const;

/** Those of which no two have an address in common. What the first of two sends counts for the second, who comes with the next group. */
function withoutShared(deps: AppDeps, all: readonly KnownForecast[]): readonly KnownForecast[] {
  const seen = new Set<string>();
  return all.filter(({ seen: { profile } }) => {
    const addresses = addressesOf(deps.secret, profile);
    if (addresses.some((address) => seen.has(address))) return false;
    for (const address of addresses) seen.add(address);
    return true;
  });
}
