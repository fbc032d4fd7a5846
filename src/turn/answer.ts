import type { OwnEvent } from '../domain/events/own-event.js';
import type { Channel } from '../domain/messages/channel.js';
import { type Instant, minute } from '../domain/time/instant.js';
import { leaseMs } from '../domain/values/lease.js';
import type { Awaiting, EntryOutcome } from '../journey/entry.js';
import type { EntryAfterTurn, Poke } from './effects.js';
import type { PendingSend } from './ledger.js';
import type { TurnResult } from './request.js';
import type { Settling, Turn } from './turn.js';

/** Somebody looks this long after the instant at which the workflow should have come by itself, in real milliseconds. */
const pokeGraceRealMs = 2 * minute;
/** The server's own budget for a summary is 400 bytes. */
const longestSummary = 200;

/** Nothing new and nothing due: the present instruction again, and it is noted that someone looked. */
export function stay(turn: Turn): TurnResult {
  const { entry } = turn.world;
  const until = entry.activity === 'held' ? null : entry.dueAt;
  turn.effects.push({ kind: 'looked', entryId: entry.id, poke: pokeAfter(until) });
  const { summary } = entry.instruction;
  return { kind: 'wait', until, summary: entry.state === 'armed' ? armedSummary : typeof summary === 'string' ? summary : entry.activity };
}

export const armedSummary = 'armed · idle time';

/** `kind`: the next turn finds it in the entry's instruction. */
export function wait(
  turn: Turn,
  until: Instant | null,
  awaiting: readonly Awaiting[],
  sentence: string,
  kind: 'wait' | 'reconcile' = 'wait',
): TurnResult {
  const summary = summaryOf(turn, sentence);
  save(turn, { activity: 'waiting', dueAt: until, poke: pokeAfter(until), awaiting, instruction: { kind, summary } });
  return { kind: 'wait', until, summary };
}

/** Stopped without an instant: only a resume or an exit goes on from here. */
export function hold(turn: Turn, scope: string, awaiting: readonly Awaiting[]): TurnResult {
  const summary = summaryOf(turn, `${turn.state.step ?? 'start'} · held · ${scope} paused`);
  save(turn, { activity: 'held', dueAt: turn.world.entry.dueAt, poke: null, awaiting, instruction: { kind: 'wait', summary } });
  return { kind: 'wait', until: null, summary };
}

/** As far as the journey has come; the message that is next must be made ready before the next turn. */
export function prepareFirst(turn: Turn, pending: PendingSend, kind: 'turn' | 'reconcile' = 'turn'): TurnResult {
  goOnAtOnce(turn, pending.awaiting, kind);
  return { kind: 'again' };
}

function goOnAtOnce(turn: Turn, awaiting: readonly Awaiting[], kind: 'turn' | 'reconcile'): void {
  const poke = { kind: 'in', ms: pokeGraceRealMs / 4 } as const;
  save(turn, { activity: 'ready', dueAt: turn.world.at, poke, awaiting, instruction: { kind } });
}

/**
 * What the step says comes last, so that it meets the entry as this turn leaves it. What follows is decided with all that it brings about.
 */
export function say(turn: Turn, event: OwnEvent, awaiting: readonly Awaiting[]): TurnResult {
  const { entry, profile, at } = turn.world;
  const { step, visit, depth = 0 } = turn.state;
  if (step === null) throw new Error(`The entry ${entry.id} says something before its first step.`);
  goOnAtOnce(turn, awaiting, 'turn');
  const by = { journeyId: entry.journeyId, entryId: entry.id, step, visit };
  turn.effects.push({ kind: 'say', told: { event, by, profileId: profile.id, depth: depth + 1, at } });
  return { kind: 'again' };
}

/** The channel's queue carries the message from here. */
export function queue(turn: Turn, pending: PendingSend, channel: Channel): TurnResult {
  const { at } = turn.world;
  const poke = { kind: 'after', at: pending.deadlineAt, graceMs: 0 } as const;
  save(turn, { activity: 'queued', dueAt: at, poke, awaiting: pending.awaiting, instruction: { kind: 'queued' } });
  return { kind: 'queued', channel, summary: `${pending.step} · ${channel}` };
}

/** The entry while its message is at the provider. */
export function saveSubmitting(turn: Turn, pending: PendingSend): void {
  const { at } = turn.world;
  const poke = { kind: 'in', ms: leaseMs } as const;
  save(turn, { activity: 'submitting', dueAt: at, poke, awaiting: pending.awaiting, instruction: { kind: 'turn' } });
}

export function notEntered(turn: Turn, reason: string, text: string): TurnResult {
  turn.trace.push({ at: turn.world.at, step: null, kind: 'not-entered', text });
  return finish(turn, 'not-entered', reason);
}

export function finish(turn: Turn, outcome: EntryOutcome, reason: string): TurnResult {
  const { entry, at } = turn.world;
  const hasPromised = [...turn.messages.values()].some(({ entryId, state }) => entryId === entry.id && state === 'reserved');
  if (hasPromised) turn.effects.push({ kind: 'release', entryId: entry.id, at });
  save(turn, {
    activity: 'done',
    dueAt: null,
    poke: null,
    awaiting: [],
    instruction: { kind: 'finished', outcome },
    outcome,
    reason,
  });
  return { kind: 'finished', outcome: summaryOf(turn, outcome) };
}

/** Another turn has the message at the provider: nothing is decided until it answers or its lease ends. */
export function waitForLease({ world }: Settling, leftMs: number): TurnResult {
  return { kind: 'at-provider', leftMs, summary: `${world.entry.data.step ?? 'start'} · at the provider` };
}

type Saved = Pick<EntryAfterTurn, 'activity' | 'dueAt' | 'poke' | 'instruction'> & {
  readonly awaiting: readonly Awaiting[];
  readonly outcome?: EntryOutcome;
  readonly reason?: string;
};

function save(turn: Turn, after: Saved): void {
  const { entry, profile, at } = turn.world;
  const known = entry.instruction['awaiting'];
  const before: readonly unknown[] = Array.isArray(known) ? known : [];
  const listener = { id: entry.id, profileId: profile.id, about: entry.about };
  if (JSON.stringify(before) !== JSON.stringify(after.awaiting))
    turn.effects.push({ kind: 'await', entry: listener, before, awaiting: after.awaiting });
  turn.effects.push({ kind: 'trace', entryId: entry.id, lines: turn.trace });
  turn.effects.push({ kind: 'entry', after: entryAfter(turn, after) });
  if (at > profile.lastInstant) turn.effects.push({ kind: 'instant', profileId: profile.id, at });
}

function entryAfter({ world, entered, state }: Turn, after: Saved): EntryAfterTurn {
  const { entry, at } = world;
  const isOver = after.outcome !== undefined;
  return {
    id: entry.id,
    about: entry.about,
    version: entered ? entry.version : null,
    state: isOver ? 'finished' : entered ? 'open' : 'armed',
    activity: after.activity,
    data: state,
    instruction: { ...after.instruction, awaiting: after.awaiting },
    dueAt: after.dueAt,
    outcome: after.outcome ?? null,
    outcomeReason: after.reason ?? null,
    enteredAt: entered ? (entry.enteredAt ?? at) : null,
    finishedAt: isOver ? at : null,
    poke: after.poke,
  };
}

/** What this turn did, then what it waits for: codes and step ids only. */
function summaryOf({ did }: Turn, next: string): string {
  return [...did, next].join(' → ').slice(0, longestSummary);
}

function pokeAfter(until: Instant | null): Poke {
  return until === null ? null : { kind: 'after', at: until, graceMs: pokeGraceRealMs };
}
