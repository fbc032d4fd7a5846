import { type KeptDeadLetter, listDeadLetters } from '../store/dead-letters.js';
import type { AppDeps } from './deps.js';
import { type Page, type PageRequest, readPage } from './paging.js';

/** What could not be taken, the newest first; `open` leaves out what was mended. */
export function showDeadLetters(deps: Pick<AppDeps, 'store'>, state: 'open' | 'all', request: PageRequest): Promise<Page<KeptDeadLetter>> {
  return readPage(
    request,
    ['id'],
    async (limit, after) => (await listDeadLetters(deps.store.db, { state, before: after === null ? null : after[0], limit })).items,
    (letter) => [letter.id],
  );
}
