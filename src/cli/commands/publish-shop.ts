import type { ShopPublishAnswer } from '../../api/contract/shop.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { option } from '../options.js';

export const shopPublishCommand = command({
  name: 'shop publish',
  help: 'read shop.yaml again, without a restart',
  options: [option('--dry-run', 'only say whether it differs from the values in force')],
  run: (context, _args, options) => publishShop(context, options()),
});

/** `shop publish`: the server reads shop.yaml of its project again. */
export async function publishShop(context: CliContext, options: { readonly dryRun?: boolean }): Promise<Outcome> {
  const api = await context.client();
  const read = await api.post<ShopPublishAnswer>('/v1/shop-publications', {
    dryRun: options.dryRun === true,
  });
  const text = read.published
    ? 'shop.yaml is in force from the next message on; other processes read their file within seconds.'
    : read.differs
      ? 'shop.yaml differs from the values in force: publish it with sojourn shop publish.'
      : 'shop.yaml is already in force.';
  return { value: read, text };
}
