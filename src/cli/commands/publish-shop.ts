import type { ShopPublishAnswer } from '../../api/contract/shop.js';
import type { CliContext, Outcome } from '../context.js';

/** `shop publish`: the server reads shop.yaml of its project again. */
export async function publishShop(context: CliContext, options: { readonly dryRun?: boolean }): Promise<Outcome> {
  const api = await context.client();
  const read = await api.post<ShopPublishAnswer>('/v1/shop-publications', {
    dryRun: options.dryRun === true,
  });
  const text = read.published
    ? 'shop.yaml is in force, from the next message on; other processes read theirs within seconds.'
    : read.differs
      ? 'shop.yaml differs from what is in force: sojourn shop publish puts it there.'
      : 'shop.yaml is in force as it is.';
  return { value: read, text };
}
