import { mayPass } from '../../domain/values/fault.js';
import { askForRun } from '../../store/entries.js';
import type { SettledAttempt } from '../../turn/request.js';
import type { AppDeps } from '../deps.js';
import type { SendForecast } from '../turn/plan-send.js';
import { settleUntilLeaseEnds, takeTurnsTogether } from '../turn/take-turn.js';

/** A letter that a provider has answered. */
export interface AnsweredLetter {
  readonly forecast: SendForecast;
  readonly settled: SettledAttempt;
  /** Monotonic milliseconds of the commit with which its lease began. */
  readonly committedAt: number;
}

/** What comes together is written together; real milliseconds. */
const gatherMs = 60;
const mostTogether = 50;

/** Writes what providers answered, some dozens in a transaction, soon after they came. */
export class AnsweredLetters {
  readonly #deps: AppDeps;
  #waiting: AnsweredLetter[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #writing = new Set<Promise<void>>();

  constructor(deps: AppDeps) {
    this.#deps = deps;
  }

  add(letter: AnsweredLetter): void {
    this.#waiting.push(letter);
    if (this.#waiting.length >= mostTogether) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), gatherMs);
  }

  /** Once all that was added is written. Throws what one of them threw. */
  async end(): Promise<void> {
    this.#write();
    await Promise.all(this.#writing);
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const letters = this.#waiting.splice(0);
    if (letters.length === 0) return;
    const writing = settleTogether(this.#deps, letters).finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
    // Told by `end`.
    writing.catch(() => undefined);
  }
}

/** Together; those for which that does not work each by itself, until its lease ends. */
async function settleTogether(deps: AppDeps, letters: readonly AnsweredLetter[]): Promise<void> {
  const requests = letters.map(({ forecast, settled }) => ({
    seen: forecast.seen,
    plan: forecast.plan,
    settled,
    lane: 'send-here' as const,
  }));
  let done: ReadonlySet<string> = new Set();
  try {
    const answers = await takeTurnsTogether(deps, requests);
    done = new Set(answers.map(({ request }) => request.seen.entry.id));
  } catch (error) {
    if (!mayPass(error))
      deps.log.error(
        { error: error instanceof Error ? error.name : 'unknown' },
        'Answers to letters could not be written together; each is by itself.',
      );
  }
  const left = letters.filter(({ forecast }) => !done.has(forecast.seen.entry.id));
  await Promise.all(left.map((letter) => settleAlone(deps, letter)));
}

async function settleAlone(deps: AppDeps, { forecast, settled, committedAt }: AnsweredLetter): Promise<void> {
  const result = await settleUntilLeaseEnds(deps, forecast, settled, committedAt);
  // Nobody waits for what comes next but the poke loop.
  if (result.kind !== 'instruction' || result.instruction.kind !== 'finished') await askForRun(deps.store.db, forecast.seen.entry.id);
}
