import type { Guard } from './guard.js';

/** Something to say that is still true: it renders, is not empty, and is not stale. */
export const requireContent: Guard = (_request, { content }) => {
  switch (content.kind) {
    case 'ready':
      return null;
    case 'empty':
      return { kind: 'skip', reason: 'empty-content', detail: { problem: content.problem } };
    case 'stale':
      return { kind: 'skip', reason: 'stale', detail: {} };
  }
};
