import {
  discardLetters,
  findLetter,
  type KeptDeadLetter,
  type LetterChoice,
  listDeadLetters,
  resolveLetters,
} from '../../store/dead-letters.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

export type { LetterChoice } from '../../store/dead-letters.js';

/** What could not be taken, the newest first; `open` leaves out what was mended. Without what the letters hold. */
export function showDeadLetters(
  deps: Pick<AppDeps, 'store'>,
  of: { readonly state: 'open' | 'all'; readonly source?: string | undefined; readonly reason?: string | undefined },
  request: PageRequest,
): Promise<Page<Omit<KeptDeadLetter, 'payload'>>> {
  return readPage(
    request,
    ['id'],
    async (limit, after) => (await listDeadLetters(deps.store.db, { ...of, before: after === null ? null : after[0], limit })).items,
    (letter) => [letter.id],
  );
}

/** One of them with what it holds. Personal data. */
export function showDeadLetter(deps: Pick<AppDeps, 'store'>, id: string): Promise<KeptDeadLetter | null> {
  return findLetter(deps.store.db, id);
}

/** Throws letters away, with what they hold. Answers which there were. */
export function discardDeadLetters(deps: Pick<AppDeps, 'store'>, choice: LetterChoice): Promise<readonly string[]> {
  return discardLetters(deps.store.db, choice);
}

/** A person has seen to what letters say, which is all that can be done about most mails. Answers which waited. */
export function resolveDeadLetters(deps: Pick<AppDeps, 'store' | 'clock'>, choice: LetterChoice): Promise<readonly string[]> {
  return resolveLetters(deps.store.db, choice, deps.clock.now());
}
