import { minute } from '../../time/instant.js';
import type { Guard } from './guard.js';

const looksAgainMs = 15 * minute;

/** Something to say: it renders, and is not empty. What may still come is waited for, until the deadline. */
export const requireContent: Guard = ({ at, deadlineAt }, { content }) => {
  if (content.kind === 'ready') return null;
  const why = { reason: 'empty-content', detail: { problem: content.problem } } as const;
  const until = at + looksAgainMs;
  return content.mayCome === true && until <= deadlineAt ? { kind: 'defer', until, ...why } : { kind: 'skip', ...why };
};
