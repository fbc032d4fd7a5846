import { tellsPlace } from '../domain/places/zone-evidence.js';
import { type Advanced, advance } from '../journey/engine.js';
import type { EntryInput } from '../journey/entry.js';
import { lookedUpOrder } from '../journey/last-look.js';
import { armedSummary, hold, notEntered, stay, wait, waitForLease } from './answer.js';
import { arming } from './arming.js';
import { holdoutExposures } from './holdout.js';
import { know } from './knowledge.js';
import { giveUpSkipped, heldMessage, liveLeaseMs } from './ledger.js';
import { settlePending } from './pending/index.js';
import type { SettledAttempt, TakenTurn, TurnRequest, TurnResult } from './request.js';
import { settleAttempt, settleExpired } from './settle-attempt.js';
import { toldInputs } from './told-inputs.js';
import { openSettling, openTurn, type Turn } from './turn.js';
import type { TurnWorld } from './world.js';

/**
 * One turn of an entry, decided: consumes its inputs, runs the engine and the gate, and returns the effects and the next instruction.
 * Without input and with nothing due it returns the present instruction, so it may be taken any number of times. Throws only before a send:
 * the result of an attempt is always written, with any data of the person.
 */
export function takeTurn(world: TurnWorld, request: TurnRequest): TakenTurn {
  const { settled } = request;
  if (world.entry.state === 'finished') return afterTheEnd(world, request);
  if (settled === null) return decide(world, request);
  if (request.isAlone === true) return settleAlone(world, request, settled);
  try {
    return decide(world, request);
  } catch {
    // The next turn meets the same and tells of it; the answer of the provider is safe by then.
    return settleAlone(world, request, settled);
  }
}

function decide(world: TurnWorld, request: TurnRequest): TakenTurn {
  const turn = openTurn(world, request, know(world));
  const result = go(turn);
  return { effects: turn.effects, result };
}

function go(turn: Turn): TurnResult {
  const { entry, at } = turn.world;
  if (turn.request.settled !== null) settleAttempt(turn, turn.request.settled);
  const leaseMs = liveLeaseMs(turn);
  if (leaseMs !== null) return waitForLease(turn, leaseMs);
  settleExpired(turn);

  const inputs = inputsOf(turn);
  if (entry.state === 'armed') return enter(turn, inputs);
  const isWaiting = entry.activity === 'waiting' && entry.dueAt !== null && entry.dueAt > at;
  const isNothingNew = inputs.length === 0 && turn.request.settled === null;
  if (isNothingNew && (isWaiting || entry.activity === 'held')) return stay(turn);
  consume(turn);
  turn.hasMoved = inputs.some((input) => input.kind === 'fact' && tellsPlace(input));
  const held = heldMessage(turn.world);
  const advanced = advance(turn.engine, turn.state, inputs);
  if (held !== null && inputs.some(({ kind }) => kind === 'resume')) giveUpSkipped(turn, held, advanced);
  return walk(turn, advanced);
}

function enter(turn: Turn, inputs: readonly EntryInput[]): TurnResult {
  consume(turn);
  const { entry } = turn.world;
  const decided = arming(turn.world, turn.engine, inputs);
  switch (decided.kind) {
    case 'not-entered':
      return notEntered(turn, decided.reason, decided.text);
    case 'not-due':
      // Held when it was due, then postponed: it waits again, for the later instant.
      return entry.activity === 'held' ? wait(turn, entry.dueAt, [], armedSummary) : stay(turn);
    case 'held':
      return hold(turn, 'journey', []);
    case 'enters':
      turn.entered = true;
      turn.state = decided.state;
      tellHoldouts(turn);
      return walk(turn, advance(turn.engine, turn.state, decided.inputs));
  }
}

/** Follows the engine until something is pending that this turn cannot settle. */
function walk(turn: Turn, start: Advanced): TurnResult {
  for (let advanced = start; ; ) {
    turn.state = advanced.state;
    turn.trace.push(...advanced.trace);
    askFor(turn, advanced.asked);
    const settled = settlePending(turn, advanced.pending);
    if (settled.kind === 'rests') return settled.result;
    advanced = settled.advanced;
  }
}

/** Who entered counts for the holdouts, on either side, whatever is sent. */
function tellHoldouts({ world, effects }: Turn): void {
  const { id: entryId, journeyId, profileId } = world.entry;
  const by = { entryId, journeyId, profileId, step: world.definition.start, visit: 0 };
  for (const effect of holdoutExposures(world)) effects.push({ kind: 'asked', by, effect, at: world.at });
}

/** What steps asked for on the way is written with the entry. */
function askFor({ world, effects }: Turn, asked: Advanced['asked']): void {
  const { id: entryId, journeyId, profileId } = world.entry;
  for (const { step, visit, effect } of asked)
    effects.push({ kind: 'asked', by: { entryId, journeyId, profileId, step, visit }, effect, at: world.at });
}

function consume({ world, effects }: Turn): void {
  const seqs = world.facts.inputs.map(({ seq }) => seq);
  if (seqs.length > 0) effects.push({ kind: 'consume', seqs, at: world.at });
}

/** The unconsumed inputs, and an order that the shop's own answer told of, or that came under the same address. */
function inputsOf({ world, request }: Turn): readonly EntryInput[] {
  const inputs = toldInputs(world).map((input) =>
    input.kind === 'resume' ? { ...input, slotAt: heldMessage(world)?.slotAt ?? null } : input,
  );
  const look = request.plan?.look;
  return look?.kind === 'found' ? [...inputs, lookedUpOrder(look.orderedAt, world.entry.about)] : inputs;
}

/** It was ended by others while its message was at the provider: nothing is decided any more, but what became of the message is written. */
function afterTheEnd(world: TurnWorld, request: TurnRequest): TakenTurn {
  const turn = openSettling(world, request, world.shop.timeZone);
  const { entry } = world;
  if (request.settled !== null) {
    settleAttempt(turn, request.settled);
    turn.effects.push({ kind: 'trace', entryId: entry.id, lines: turn.trace });
  }
  turn.effects.push({ kind: 'forget', entryId: entry.id });
  return { effects: turn.effects, result: { kind: 'finished', outcome: entry.outcome ?? 'completed' } };
}

/** What an attempt came to, and nothing else. Told in UTC: a zone is the person's data too. */
function settleAlone(world: TurnWorld, request: TurnRequest, settled: SettledAttempt): TakenTurn {
  const turn = openSettling(world, request, 'UTC');
  settleAttempt(turn, settled);
  turn.effects.push({ kind: 'trace', entryId: world.entry.id, lines: turn.trace });
  return { effects: turn.effects, result: { kind: 'again' } };
}
