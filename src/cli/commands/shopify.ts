import type { ShopifyCodesMade, ShopifyConnection, ShopifySubscriptions } from '../../api/contract/shopify.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { option, required } from '../options.js';
import { paragraphs, plural } from '../text.js';

export const shopifyConnectCommand = command({
  name: 'shopify connect',
  help: 'set up the webhooks of Shopify, or show what to register where Sojourn may not ask its API',
  options: [option('--file', 'show the part of shopify.app.toml, and set nothing up')],
  run: (context, _args, options) => connect(context, options<{ file?: boolean }>().file === true),
});

export const shopifyCheckCommand = command({
  name: 'shopify check',
  help: 'compare the webhooks at Shopify with what Sojourn reads, and set up again what Shopify dropped',
  run: (context) => check(context),
});

export const shopifyMakeCodesCommand = command({
  name: 'shopify make-codes <offer> <count>',
  help: 'make codes of a discount at Shopify, and add them to the list of an offer',
  options: [
    required('--discount <number>', 'the discount: the number at the end of the address of its page in Shopify’s admin'),
    option('--prefix <letters>', 'before the ten random letters and digits of each code'),
  ],
  examples: ['sojourn shopify make-codes ten-percent 5000 --discount 1057856749 --prefix WREN-'],
  run: (context, [offer = '', count = ''], options) =>
    makeCodes(context, { offer, count, ...options<{ discount: string; prefix?: string }>() }),
});

/** `shopify connect` */
async function connect(context: CliContext, isFile: boolean): Promise<Outcome> {
  const api = await context.client();
  const connection = await api.get<ShopifyConnection>('/v1/shopify');
  if (!connection.hasApi || isFile)
    return { value: connection, text: paragraphs(introduction(connection), toml(connection), next(connection)) };
  const done = await api.post<ShopifySubscriptions>('/v1/shopify/subscriptions', {});
  const standing = `${connection.shop ?? ''} is connected: webhooks of ${plural(done.present.length + done.added.length, 'topic')} come to ${connection.webhookUrl}. ${
    done.added.length === 0 ? 'All were set up already.' : `${plural(done.added.length, 'topic')} set up now.`
  }`;
  const compliance = `Three topics are set up in the Dev Dashboard or in shopify.app.toml alone: ${connection.complianceTopics.join(', ')}, with the same address. Their webhooks are about people’s data, and the law asks for them.`;
  return { value: done, text: paragraphs(standing, ...troubles(done), compliance), exitCode: exitCodeOf(done) };
}

/** `shopify check` */
async function check(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const done = await api.post<ShopifySubscriptions>('/v1/shopify/checks', {});
  const { asked } = await api.get<ShopifyConnection>('/v1/shopify');
  const local = await context.localTime();
  const last =
    asked?.lastAt === undefined || asked.lastAt === null
      ? 'Shopify was not asked yet for what webhooks missed.'
      : `Shopify was asked last at ${local(asked.lastAt)} for what webhooks missed. In all, ${plural(asked.found.orders, 'order')} and ${plural(asked.found.checkouts, 'checkout')} were found.`;
  if (!done.isOurs && done.present.length + done.narrowed.length === 0)
    return {
      value: done,
      text: paragraphs(
        'No webhooks were set up over the API. Those of shopify.app.toml are not listed there, so nothing can be compared. To let Sojourn set them up and keep them: sojourn shopify connect.',
        last,
      ),
    };
  const isWell = done.missing.length + done.narrowed.length + done.added.length === 0;
  const well = isWell ? `All ${plural(done.present.length, 'topic')} are there.` : null;
  const added = done.added.length === 0 ? null : `Shopify had dropped these, and they were set up again: ${done.added.join(', ')}.`;
  return { value: done, text: paragraphs(well, added, ...troubles(done), asked?.failure ?? null, last), exitCode: exitCodeOf(done) };
}

function troubles({ missing, narrowed, refused }: ShopifySubscriptions): readonly (string | null)[] {
  return [
    refused.length === 0 ? null : `Shopify refused:\n${refused.map(({ topic, why }) => `  ${topic}: ${why}`).join('\n')}`,
    missing.length === 0 || refused.length > 0 ? null : `These are missing: ${missing.join(', ')}. sojourn shopify connect sets them up.`,
    narrowed.length === 0
      ? null
      : `These come only in part, by a filter or without some fields: ${narrowed.join(', ')}. Delete those subscriptions at Shopify, then run sojourn shopify connect.`,
  ];
}

const exitCodeOf = ({ missing, narrowed }: ShopifySubscriptions): 0 | 1 => (missing.length + narrowed.length > 0 ? 1 : 0);

const atOnce = 250;

/** `shopify make-codes <offer> <count>`. What was made before a failure stays. */
async function makeCodes(
  context: CliContext,
  wanted: { readonly offer: string; readonly count: string; readonly discount: string; readonly prefix?: string },
): Promise<Outcome> {
  const count = Number(wanted.count);
  if (!/^\d{1,6}$/.test(wanted.count) || count < 1) throw new CliFailure(`${wanted.count} is no number of codes: it is 1 to 999999.`, 2);
  const api = await context.client();
  const { offer, discount, prefix = '' } = wanted;
  const sum = { added: 0, refused: 0 };
  for (let left = count; left > 0; left -= atOnce) {
    const made = await api
      .post<ShopifyCodesMade>('/v1/shopify/codes', { offer, discount, prefix, count: Math.min(left, atOnce) })
      .catch((cause) => {
        throw cause instanceof CliFailure
          ? new CliFailure(`${plural(sum.added, 'code')} added before. ${cause.message}`, 1, cause.details)
          : cause;
      });
    sum.added += made.added;
    sum.refused += made.refused;
  }
  const refused = sum.refused === 0 ? null : `Shopify did not make ${plural(sum.refused, 'code')}, which were left out.`;
  return { value: sum, text: paragraphs(`${plural(sum.added, 'code')} made at Shopify and added to ${offer}.`, refused) };
}

function introduction({ shop, webhookUrl }: ShopifyConnection): string {
  if (shop === null)
    return 'No shop is connected. Set SHOPIFY_SHOP (such as beans.myshopify.com) and SHOPIFY_SECRETS (the client secret of your app), start again, and put this into the app’s shopify.app.toml:';
  return `${shop} is connected: its webhooks come to ${webhookUrl}. Put this into the app’s shopify.app.toml:`;
}

function toml({ webhookUrl, apiVersion, topics, complianceTopics, scopes }: ShopifyConnection): string {
  const list = (names: readonly string[]) => `[\n${names.map((name) => `  "${name}",`).join('\n')}\n]`;
  return [
    '[access_scopes]',
    `scopes = "${scopes.join(',')}"`,
    '',
    '[webhooks]',
    `api_version = "${apiVersion}"`,
    '',
    '[[webhooks.subscriptions]]',
    `uri = "${webhookUrl}"`,
    `topics = ${list(topics)}`,
    '',
    '[[webhooks.subscriptions]]',
    `uri = "${webhookUrl}"`,
    `compliance_topics = ${list(complianceTopics)}`,
  ].join('\n');
}

function next({ webhookUrl }: ShopifyConnection): string {
  const reachable = webhookUrl.startsWith('https://') ? '' : ' Shopify needs an address with https that it can reach: set PUBLIC_URL.';
  return `Then run \`shopify app deploy\`.${reachable} A webhook that comes is an event: \`sojourn event list\` shows it. One that cannot be read is in \`sojourn dead-letter list\`.`;
}
