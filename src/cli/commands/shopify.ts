import type { ShopifyConnection } from '../../api/contract/shopify.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { paragraphs } from '../text.js';

export const shopifyConnectCommand = command({
  name: 'shopify connect',
  help: 'show what to register at Shopify, so that its webhooks reach Sojourn',
  run: (context) => showConnection(context),
});

/** `shopify connect` */
async function showConnection(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const connection = await api.get<ShopifyConnection>('/v1/shopify');
  return { value: connection, text: paragraphs(introduction(connection), toml(connection), next(connection)) };
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
