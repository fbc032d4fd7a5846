import { durationWords } from '../../domain/time/duration.js';
import type { Instant } from '../../domain/time/instant.js';
import { formatLocal } from '../../domain/time/time.js';
import type { EntryState } from '../entry.js';
import { sayFact } from '../words.js';
import type { StepKind, StepOf } from './kind.js';

/** Waits for the first of several facts, at most until its time-out. What happened after the time-out comes too late, even if both are seen in one turn. */
export const waitUntil: StepKind<StepOf<'wait_until'>> = {
  dueAt: (step, state) => state.arrivedAt + step.timeoutMs,
  arrival: (step, _state, context) => ({ kind: 'wait', text: `${sentence(step, context.at + step.timeoutMs, context.timeZone)}.` }),
  move(step, state, context) {
    const dueAt = state.dueAt ?? state.arrivedAt + step.timeoutMs;
    const heard = firstHeard(step, state, dueAt);
    if (heard !== null) {
      const { branch, at } = heard;
      return {
        kind: 'go',
        to: branch.next,
        line: { kind: 'branch', text: `Goes on with ${branch.id}: ${sayFact(branch.event)}.` },
        dueSince: at,
      };
    }
    if (context.at < dueAt) return { kind: 'stay', sentence: sentence(step, dueAt, context.timeZone) };
    return {
      kind: 'go',
      to: step.onTimeout,
      line: { kind: 'branch', text: `Goes on after ${durationWords(step.timeoutMs)}: ${events(step)} did not come.` },
      dueSince: dueAt,
    };
  },
};

/** Where a state remembers that a branch was met. */
export function heardKey(step: string, branch: string): string {
  return `${step}/${branch}`;
}

type Branch = StepOf<'wait_until'>['branches'][number];

function firstHeard(
  step: StepOf<'wait_until'>,
  state: EntryState,
  dueAt: Instant,
): { readonly branch: Branch; readonly at: Instant } | null {
  let first: { branch: Branch; at: Instant } | null = null;
  for (const branch of step.branches) {
    const at = state.heard[heardKey(step.id, branch.id)];
    if (at === undefined || at > dueAt) continue;
    if (first === null || at < first.at) first = { branch, at };
  }
  return first;
}

function sentence(step: StepOf<'wait_until'>, dueAt: Instant, timeZone: string): string {
  return `Waits for ${events(step)}, at most ${durationWords(step.timeoutMs)}, until ${formatLocal(dueAt, timeZone)} (${timeZone})`;
}

function events(step: StepOf<'wait_until'>): string {
  return [...new Set(step.branches.map((branch) => sayFact(branch.event)))].join(' or ');
}
