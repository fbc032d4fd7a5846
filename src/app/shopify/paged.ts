import { nextPage } from '../../sources/shopify/admin/nodes.js';
import type { Fields } from '../../sources/source.js';
import type { AdminFailure, ShopAdmin } from '../ports.js';

/** Shopify pages no further than 25,000 things. */
const mostPages = 100;

/** Something of the Admin API did not work, and the work that needed it stops; its cause is a sentence. */
export class AdminFault extends Error {
  override readonly name = 'AdminFault';
  constructor(readonly failure: AdminFailure) {
    super(failure.sentence);
  }
}

/** The answer to a question. Throws an `AdminFault`. */
export async function answerOf(admin: ShopAdmin, document: string, variables: Fields): Promise<Fields> {
  const answer = await admin.ask(document, variables);
  if (answer.kind === 'failed') throw new AdminFault(answer);
  return answer.data;
}

/** Page after page of a list: `listIn` finds it in an answer. Throws an `AdminFault`. */
export async function* pagesOf(
  admin: ShopAdmin,
  document: string,
  variables: Fields,
  listIn: (data: Fields) => unknown,
): AsyncGenerator<unknown> {
  let after: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const list = listIn(await answerOf(admin, document, { ...variables, after }));
    yield list;
    after = nextPage(list);
    if (after === null) return;
  }
}
