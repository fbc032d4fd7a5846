import { randomBytes } from 'node:crypto';
import type { Instruction } from '../../../workflows/contract.js';
import type { Verdict } from '../../domain/gate/verdict.js';
import { mailboxesOf } from '../../domain/messages/channel.js';
import { lockPauses } from '../../store/controls.js';
import type { Trx } from '../../store/db.js';
import { type EffectTools, writeEffects } from '../../store/effects.js';
import { writeEffectsTogether } from '../../store/effects-together.js';
import type { EffectOf } from '../../turn/effects.js';
import { nothingPaused, type Pauses } from '../../turn/pauses.js';
import type { SettledAttempt, TurnResult as Taken, TakenTurn } from '../../turn/request.js';
import { takeTurn } from '../../turn/take-turn.js';
import type { TurnRows, TurnWorld } from '../../turn/world.js';
import { suppressAddress } from '../consent/suppress-address.js';
import type { AppDeps } from '../deps.js';
import { hearOwnEvent } from '../ingest/hear-own-event.js';
import type { SendPlan } from './plan-send.js';
import { lockWorld, lockWorlds, type SeenWorld } from './read-world.js';

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
 * One transaction: locks, reads, has the turn taken (`src/turn`), and writes what it does. Safe to call any number of times: with no input
 * and nothing due it answers the present instruction.
 */
export async function runTurn(deps: AppDeps, trx: Trx, request: TurnRequest): Promise<TurnAnswer> {
  const seen = await lockWorld(deps, trx, request.seen);
  if (seen === null) return { kind: 'moved' };
  const world: TurnWorld = { ...seen.world, pauses: await pausesOf(trx, seen) };
  const taken = decide(deps, world, request);
  await writeEffects(trx, taken.effects, toolsFor(deps, trx, world, { hasRun: true }));
  return answerOf(deps, taken);
}

/** What became of a turn that was taken with others. */
export interface TogetherAnswer {
  readonly request: TurnRequest;
  readonly answer: TurnAnswer;
}

/**
 * The turns of several people in one transaction, each decided as `runTurn` decides it. No two of them may share an address: what the first
 * sends counts for the second. A turn that cannot be decided, or needs a new forecast, is omitted from the answer, and nothing is done for
 * it.
 */
export async function runTurnsTogether(deps: AppDeps, trx: Trx, requests: readonly TurnRequest[]): Promise<readonly TogetherAnswer[]> {
  const of = new Map(requests.map((request) => [request.seen.entry.id, request]));
  const worlds = await lockWorlds(
    deps,
    trx,
    requests.map(({ seen }) => seen),
  );
  const texts = new Map<string, number>();
  const decided: { readonly request: TurnRequest; readonly world: TurnWorld; readonly taken: TakenTurn }[] = [];
  for (const seen of worlds) {
    const request = of.get(seen.world.entry.id);
    if (request === undefined) continue;
    const world: TurnWorld = { ...withTexts(seen.world, request, texts), pauses: await pausesOf(trx, seen) };
    const taken = decideOr(deps, world, request);
    if (taken === null) continue;
    if (taken.result.kind === 'submit') countText(request, texts);
    decided.push({ request, world, taken });
  }
  await writeEffectsTogether(
    trx,
    decided.map(({ world, taken }) => ({ effects: taken.effects, tools: toolsFor(deps, trx, world, { hasRun: false }) })),
  );
  return decided.map(({ request, taken }) => ({ request, answer: answerOf(deps, taken) }));
}

function decide(deps: AppDeps, world: TurnWorld, { plan, settled, isAlone = false, lane }: TurnRequest): TakenTurn {
  const isPlanFresh = plan !== null && performance.now() - plan.lookedAt <= looksStayFreshMs;
  return takeTurn(world, { plan, isPlanFresh, settled, isAlone, lane, mayBegin: deps.mayBeginSend() });
}

/** One person's data must not hold up the letters of others: their own turn meets the same, and tells of it. */
function decideOr(deps: AppDeps, world: TurnWorld, request: TurnRequest): TakenTurn | null {
  try {
    return decide(deps, world, request);
  } catch {
    return null;
  }
}

/** The texts of this transaction to the same country count before those that come after them. */
function withTexts(world: TurnWorld, { plan }: TurnRequest, texts: ReadonlyMap<string, number>): TurnWorld {
  const before = texts.get(countryOf(plan) ?? '') ?? 0;
  return before === 0 ? world : { ...world, facts: { ...world.facts, textsInHour: world.facts.textsInHour + before } };
}

function countText({ plan }: TurnRequest, texts: Map<string, number>): void {
  const country = countryOf(plan);
  if (country !== null) texts.set(country, (texts.get(country) ?? 0) + 1);
}

function countryOf(plan: SendPlan | null): string | null {
  return plan?.address.kind === 'ok' ? (plan.address.country ?? null) : null;
}

function toolsFor(deps: AppDeps, trx: Trx, world: TurnWorld, { hasRun }: { readonly hasRun: boolean }): EffectTools {
  return {
    realNow: world.facts.realNow,
    hasRun,
    chance: randomBytes,
    realAt: (at) => deps.clock.realAt(at),
    providers: deps.providers,
    say: async ({ told }) => void (await hearOwnEvent(deps, trx, told)),
    suppress: (effect) => suppressAddress(deps, trx, { ...effect, profile: world.profile }),
  };
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
    ...(displaced.length === 0 && !effects.some(({ kind }) => kind === 'say') ? {} : { wakesOthers: true }),
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
