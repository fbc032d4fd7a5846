import type { Instruction } from '../../../workflows/contract.js';
import type { Verdict } from '../../domain/gate/verdict.js';
import { mailboxesOf } from '../../domain/messages/channel.js';
import { lockPauses } from '../../store/controls.js';
import type { Trx } from '../../store/db.js';
import { writeEffects } from '../../store/effects.js';
import type { EffectOf } from '../../turn/effects.js';
import { nothingPaused, type Pauses } from '../../turn/pauses.js';
import type { SettledAttempt, TurnResult as Taken, TakenTurn } from '../../turn/request.js';
import { takeTurn } from '../../turn/take-turn.js';
import type { TurnRows, TurnWorld } from '../../turn/world.js';
import { suppressAddress } from '../consent/suppress-address.js';
import type { AppDeps } from '../deps.js';
import type { SendPlan } from './plan-send.js';
import { lockWorld, type SeenWorld } from './read-world.js';

export interface TurnRequest {
  /** The entry, its profile and cart as they were read before; the turn locks them and reads them again. */
  readonly seen: TurnRows;
  readonly plan: SendPlan | null;
  readonly settled: SettledAttempt | null;
  /** What the attempt came to is written, and nothing is decided. */
  readonly isAlone?: boolean;
  /** `queue-first`: the channel's queue must carry the message, so the turn commits up to there and says so. */
  readonly lane: 'send-here' | 'queue-first';
}

export type TurnResult =
  | { readonly kind: 'instruction'; readonly instruction: Instruction }
  /** Committed as far as it goes: another message, or a changed cart, must be made ready first. */
  | { readonly kind: 'again' }
  /** Nothing was done: the entry has another profile or cart than when it was seen, so others must be locked. */
  | { readonly kind: 'moved' }
  | Extract<Taken, { readonly kind: 'submit' }>;

/** `verdicts`: to be counted, and `wakesOthers`: other entries of the person have something to do, once this is committed. */
export type TurnAnswer = TurnResult & { readonly wakesOthers?: true; readonly verdicts?: readonly ToldVerdict[] };

export type ToldVerdict = Pick<EffectOf<'verdict'>, 'verdict' | 'channel'>;

/** Looks older than this are made again. */
const looksStayFreshMs = 5_000;

/**
 * One transaction: locks, reads, has the turn taken (`src/turn`), and writes what it does. Safe to call any number of times: with no input and nothing
 * due it answers the present instruction.
 */
export async function runTurn(deps: AppDeps, trx: Trx, request: TurnRequest): Promise<TurnAnswer> {
  const seen = await lockWorld(deps, trx, request.seen);
  if (seen === null) return { kind: 'moved' };
  const world: TurnWorld = { ...seen.world, pauses: await pausesOf(trx, seen) };
  const { plan, settled, isAlone = false, lane } = request;
  const isPlanFresh = plan !== null && performance.now() - plan.lookedAt <= looksStayFreshMs;
  const taken = takeTurn(world, { plan, isPlanFresh, settled, isAlone, lane, mayBegin: deps.mayBeginSend() });
  await writeEffects(trx, taken.effects, {
    realNow: world.facts.realNow,
    hasRun: true,
    realAt: (at) => deps.clock.realAt(at),
    providers: deps.providers,
    suppress: (effect) => suppressAddress(deps, trx, { ...effect, profile: world.profile }),
  });
  return answerOf(deps, taken);
}

/** Where something is paused it is read again under a lock: a resume then waits for what this turn holds. */
async function pausesOf(trx: Trx, { world, pauses }: SeenWorld): Promise<Pauses> {
  const { entry, profile } = world;
  if (pauses.length === 0 && entry.journeyState !== 'paused') return nothingPaused;
  return lockPauses(trx, { journeyId: entry.journeyState === 'paused' ? entry.journeyId : null, providers: mailboxesOf(profile) });
}

function answerOf(deps: AppDeps, { result, effects }: TakenTurn): TurnAnswer {
  const displaced = effects.filter((effect) => effect.kind === 'displace');
  const verdicts: readonly ToldVerdict[] = [
    ...effects.filter((effect) => effect.kind === 'verdict'),
    ...displaced.flatMap(({ messages, verdict }) => messages.map(({ channel }) => ({ channel, verdict: verdict as Verdict }))),
  ];
  return {
    ...toResult(deps, result),
    ...(verdicts.length === 0 ? {} : { verdicts }),
    ...(displaced.length === 0 ? {} : { wakesOthers: true }),
  };
}

function toResult({ clock }: Pick<AppDeps, 'clock'>, taken: Taken): TurnResult {
  switch (taken.kind) {
    case 'wait': {
      const wakeAtReal = taken.until === null ? null : clock.timerAt(taken.until);
      return instruct({ kind: 'wait', wakeAtReal, summary: taken.summary });
    }
    case 'at-provider':
      // Timers run by this clock, leases by that of the database: with the other's instant an entry would wake too early again and again.
      return instruct({ kind: 'wait', wakeAtReal: clock.realNow() + taken.leftMs, summary: taken.summary });
    case 'queued':
    case 'finished':
      return instruct(taken);
    case 'again':
    case 'submit':
      return taken;
  }
}

function instruct(instruction: Instruction): TurnResult {
  return { kind: 'instruction', instruction };
}
