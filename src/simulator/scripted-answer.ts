import type { AttemptOutcome } from '../domain/messages/message.js';
import type { ScriptedAnswer } from './script.js';

/** What a provider says to the nth attempt; undefined: nothing is scripted, and it accepts. */
export function answerOf(answer: ScriptedAnswer | undefined, n: number): AttemptOutcome {
  if (answer?.kind === 'rejected') return { kind: 'not-sent', code: 'rejected', retry: false };
  if (answer?.kind === 'busy' && n <= answer.times) return { kind: 'not-sent', code: 'busy', retry: true };
  if (answer?.kind === 'silent' && n === 1) return { kind: 'unknown', code: 'silent' };
  return { kind: 'accepted', providerId: `accepted-${n}` };
}
