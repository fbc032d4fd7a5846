import type { FastifyPluginAsync } from 'fastify';
import type { AppDeps } from '../../app/deps.js';

/** A page for customers: one folder with its own words, and one line in `src/pages/index.ts`. */
export interface CustomerPage {
  /** What its paths begin with, a letter each: links stand in texts, where each character counts. */
  readonly letters: readonly string[];
  /** What a visitor sees whose link was cut: that it leads nowhere, or a way by address to a link that works. */
  readonly whenCut: 'gone' | 'ask-for-address';
  readonly routes: (app: AppDeps) => FastifyPluginAsync;
}
