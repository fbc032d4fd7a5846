import type { Guard } from './guard.js';

/** Something to say: it renders, and is not empty. */
export const requireContent: Guard = (_request, { content }) =>
  content.kind === 'ready' ? null : { kind: 'skip', reason: 'empty-content', detail: { problem: content.problem } };
