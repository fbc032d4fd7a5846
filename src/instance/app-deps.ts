import { resolveTxt } from 'node:dns/promises';
import type { AppDeps } from '../app/deps.js';
import type { InboundEmailDeps } from '../app/inbound/receive-email.js';
import type { TwilioKeys } from '../app/inbound/twilio-webhooks.js';
import { ChannelSlots } from '../app/messages/channel-slots.js';
import type { ShopAdmin } from '../app/ports.js';
import { bounceDomainOf } from '../channels/email/settings.js';
import { channels, eachChannel } from '../domain/messages/channel.js';
import { readFeedbackLoops } from '../domain/messages/feedback-loop.js';
import { readPlaceholders } from '../domain/values/placeholder-id.js';
import { newId } from '../new-id.js';
import { type Config, rateOf } from '../settings/config.js';
import { createCallReceiver } from '../shop-api/call-receiver.js';
import { createOrderLookup } from '../shop-api/order-lookup.js';
import { createShopAdmin } from '../shop-api/shopify/admin-client.js';
import { apiVersion } from '../sources/shopify/subscriptions.js';
import { workflowTaskSlots } from '../temporal/worker.js';
import type { LocalParts } from './local-parts.js';
import type { Senders } from './providers.js';

/**
 * Local activities hold a workflow-task slot while they send. While the provider answers quickly that is for an instant, and all of them
 * may; while it is slow, those that would take more than half go over the queue, so that what other entries have to do finds one.
 */
const lanes = { inlineLimit: workflowTaskSlots, whileSlow: workflowTaskSlots / 2 };

type Given =
  | 'store'
  | 'clock'
  | 'secret'
  | 'shop'
  | 'policies'
  | 'segments'
  | 'fields'
  | 'providers'
  | 'renderer'
  | 'log'
  | 'metrics'
  | 'mayBeginSend'
  | 'notifyRelay';

/** What the use cases need: the parts that were started, and what the settings say beside them. */
export function appOf(
  config: Config,
  {
    local,
    address,
    ...from
  }: Pick<AppDeps, Given> & {
    readonly local: LocalParts;
    readonly providers: Senders;
    /** The public address; it is known once the door is open. */
    readonly address: { readonly publicUrl: string };
  },
): InboundEmailDeps & TwilioKeys {
  const { mailbox, phoneUrl } = local;
  const { providers } = from;
  return {
    twilioAuthTokens: [config.TWILIO_AUTH_TOKEN ?? local.phoneToken],
    bounceDomain: bounceDomainOf(config, local.smtpUrl !== null),
    feedbackLoops: [...readFeedbackLoops(config.FEEDBACK_LOOPS ?? '').loops, ...(mailbox ? [mailbox.feedbackLoop] : [])],
    // The local mailbox signs its complaints as a provider does; its key is in no DNS.
    resolveTxt: async (name) => (await mailbox?.resolveTxt(name)) ?? resolveTxt(name),
    ...from,
    orderLookup:
      config.ORDER_LOOKUP_URL === undefined
        ? null
        : createOrderLookup({
            url: config.ORDER_LOOKUP_URL,
            token: config.ORDER_LOOKUP_TOKEN ?? null,
            method: config.ORDER_LOOKUP_METHOD,
          }),
    shopAdmin: shopAdminOf(config),
    callReceiver: createCallReceiver({ networks: config.SOJOURN_CALL_NETWORKS ?? [] }),
    slots: eachChannel((channel) => new ChannelSlots({ size: providers[channel].poolSize, ...lanes })),
    get publicUrl() {
      return address.publicUrl;
    },
    allowFictionalPhones: phoneUrl !== null,
    ratedChannels: new Set(channels.filter((channel) => rateOf(config, channel) !== undefined)),
    keyLimits: {
      profiles: config.SOJOURN_BROWSER_KEY_PROFILES,
      consents: config.SOJOURN_BROWSER_KEY_CONSENTS,
      messages: config.SOJOURN_BROWSER_KEY_MESSAGES,
    },
    placeholderIds: readPlaceholders(config.PLACEHOLDER_IDS),
    newId,
  };
}

function shopAdminOf(config: Config): ShopAdmin | undefined {
  const { SHOPIFY_SHOP: shop, SHOPIFY_TOKEN: token, SHOPIFY_CLIENT_ID: clientId } = config;
  if (shop === undefined || (token ?? clientId) === undefined) return undefined;
  const url = config.SHOPIFY_ADMIN_URL?.replace(/\/+$/, '') ?? `https://${shop}`;
  const credentials =
    token === undefined
      ? ({ kind: 'app', clientId: clientId ?? '', secrets: config.SHOPIFY_SECRETS ?? [] } as const)
      : ({ kind: 'token', token } as const);
  return createShopAdmin({ shop, url, version: apiVersion, credentials });
}
