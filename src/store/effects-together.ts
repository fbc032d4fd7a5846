import type { RawBuilder } from 'kysely';
import { leaseMs } from '../domain/values/lease.js';
import type { Effect, EffectOf } from '../turn/effects.js';
import type { Trx } from './db.js';
import { type EffectTools, pokeReal, writeEffects } from './effects.js';
import { writeEntry } from './entries.js';
import { attemptRows, jsonOfMessages, messageRow, verdictRow, writeAttemptOutcome, writeSettled } from './messages.js';
import { writeLastInstants } from './profiles.js';
import { insertRows } from './rows.js';
import { writeTraces } from './trace.js';
import { writeTogether } from './write-together.js';

/** What one turn of several does. */
export interface TurnToWrite {
  readonly effects: readonly Effect[];
  readonly tools: EffectTools;
}

/** What nearly every turn of a broadcast does: each to rows of its own, so that the turns do not meet. */
const common = ['message', 'attempt', 'outcome', 'settle', 'verdict', 'trace', 'entry', 'instant'] as const;
type CommonKind = (typeof common)[number];
const isCommon = (kind: Effect['kind']): kind is CommonKind => (common as readonly string[]).includes(kind);

/**
 * Writes what several turns do, of people who are not the same, in one statement. A turn that does anything rare, or the same thing twice,
 * where the order counts, is written by itself.
 */
export async function writeEffectsTogether(trx: Trx, turns: readonly TurnToWrite[]): Promise<void> {
  const plain = turns.filter(({ effects }) => effects.every(({ kind }) => isCommon(kind)) && touchOnce(effects));
  const writes = statementsOf(plain);
  await writeTogether(trx, Object.fromEntries(writes.map((write, n) => [`w${n}`, write])));
  for (const turn of turns) if (!plain.includes(turn)) await writeEffects(trx, turn.effects, turn.tools);
}

/** Parts of one statement see the rows before it: no row may be written by two of them. */
function touchOnce(effects: readonly Effect[]): boolean {
  const tables = effects.flatMap(({ kind }) => (isCommon(kind) ? tablesOf[kind] : []));
  return new Set(tables).size === tables.length;
}

const tablesOf: Readonly<Record<CommonKind, readonly string[]>> = {
  message: ['messages'],
  attempt: ['messages', 'attempts'],
  outcome: ['attempts'],
  settle: ['messages'],
  verdict: ['verdicts'],
  trace: ['trace'],
  entry: ['entries'],
  instant: ['profiles'],
};

function statementsOf(turns: readonly TurnToWrite[]): readonly RawBuilder<unknown>[] {
  const all = <K extends CommonKind>(kind: K) =>
    turns.flatMap(({ effects, tools }) =>
      effects.flatMap((effect) => (effect.kind === kind ? [{ effect: effect as EffectOf<K>, tools }] : [])),
    );
  const begun = all('attempt').map(({ effect: { message, n, content, at }, tools: { realNow, providers } }) =>
    attemptRows(message, { ...content, n, at, leaseReal: realNow + leaseMs, provider: providers[message.channel].name }),
  );
  const stood = all('message').map(({ effect: { message, standing } }) => messageRow(message, standing));
  const outcomes = all('outcome').map(({ effect }) => effect);
  const settled = all('settle').map(({ effect: { kind: _kind, ...one } }) => one);
  const verdicts = all('verdict').map(({ effect: { messageId, verdict, at } }) => verdictRow(messageId, verdict, at));
  const entries = all('entry').map(({ effect: { after }, tools }) => ({
    after,
    pokeReal: pokeReal(after.poke, tools),
    hasRun: tools.hasRun,
  }));
  const instants = all('instant').map(({ effect }) => effect);
  const traces = writeTraces(all('trace').map(({ effect }) => effect));
  return [
    ...insertRows('messages', [...begun.map(({ messages }) => messages), ...stood], jsonOfMessages),
    ...insertRows(
      'attempts',
      begun.map(({ attempts }) => attempts),
    ),
    ...(outcomes.length === 0 ? [] : [writeAttemptOutcome(...outcomes)]),
    ...(settled.length === 0 ? [] : [writeSettled(...settled)]),
    ...insertRows('verdicts', verdicts, ['detail']),
    ...(traces === null ? [] : [traces]),
    ...(entries.length === 0 ? [] : [writeEntry(...entries)]),
    ...(instants.length === 0 ? [] : [writeLastInstants(instants)]),
  ];
}
