import type { TemplateHead } from '../../src/domain/messages/template.js';
import type { Store } from '../../src/store/db.js';
import { addTemplateVersion } from '../../src/store/templates.js';
import { noon } from './shop-events.js';

/** Publishes what a template says about itself; its words come from the renderer of the test. */
export async function publishHead(store: Store, head: Partial<TemplateHead> & { readonly id: string }): Promise<void> {
  const { count } = await store.db
    .selectFrom('template_versions')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('template_id', '=', head.id)
    .executeTakeFirstOrThrow();
  const compiled = {
    format: 1 as const,
    channel: 'email' as const,
    class: 'transactional' as const,
    topic: 'orders',
    atMostOnce: false,
    requires: [],
    ...head,
    variants: {},
  };
  await store.transaction((trx) =>
    addTemplateVersion(trx, { version: Number(count) + 1, hash: `${head.id}-${Number(count)}`, compiled, at: noon }),
  );
}
