import type { KnowledgeSource } from '../source.js';
import { type Viewed, type ViewedQuestion } from './asked.js';
import { viewedInMemory } from './memory.js';
import { selectViewed } from './store.js';

/** `windowMs`: milliseconds back from the instant of the turn; null: ever. */
interface ViewedNeed {
  readonly windowMs: number | null;
}

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly viewed: ViewedNeed;
  }
  interface Answers {
    readonly viewed: readonly Viewed[];
  }
}

/** What the person looked at, each product and list once, as the facts tell it. */
export const viewedKnown: KnowledgeSource<ViewedNeed, ViewedQuestion, readonly Viewed[]> = {
  question(needs, at) {
    const widest = needs.reduce<number | null>(
      (most, { windowMs }) => (most === null || windowMs === null ? null : Math.max(most, windowMs)),
      0,
    );
    return { since: widest === null ? 0 : at - widest, at };
  },
  fromStore: selectViewed,
  read: (json) => (json ?? []) as readonly Viewed[],
  fromMemory: viewedInMemory,
};
