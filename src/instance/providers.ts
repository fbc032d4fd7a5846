import { readFile } from 'node:fs/promises';
import type { ReturnPaths } from '../channels/email/compose.js';
import { createSmtpProvider } from '../channels/email/providers/smtp.js';
import { createTwilioProvider } from '../channels/sms/providers/twilio.js';
import type { Secrets } from '../domain/keys/secrets.js';
import type { Channel } from '../domain/messages/channel.js';
import { writeReturnAddress } from '../domain/messages/return-address.js';
import type { MessageId } from '../domain/values/ids.js';
import type { Config } from '../settings/config.js';
import { type LocalParts, localAccountSid } from './local-parts.js';
import type { ProviderWatch } from './provider-watch.js';
import { blaming } from './start-fault.js';

/** Return addresses of the local mailbox, which finds the door by itself. */
const localBounceDomain = 'bounce.localhost';

/** The domain of the return addresses of our mail; null: it has none, and bounces come to the sender. */
export function bounceDomainOf(config: Config, local: LocalParts): string | null {
  return config.BOUNCE_DOMAIN ?? (local.smtpUrl === null ? null : localBounceDomain);
}

/** The providers of the settings, or the local mailbox and phone; each watched. Rejects with a sentence if the DKIM key is none. */
export async function createProviders(
  config: Config,
  parts: {
    readonly local: LocalParts;
    readonly secret: Secrets;
    readonly watch: ProviderWatch;
    readonly address: { readonly publicUrl: string };
  },
) {
  const { local, watch, address } = parts;
  const privateKey = await blaming('DKIM_PRIVATE_KEY', 'It is a PEM, or @ and the path of a file with one.', () =>
    keyOf(config.DKIM_PRIVATE_KEY),
  );
  const smtp = createSmtpProvider({
    url: config.SMTP_URL ?? local.smtpUrl ?? '',
    returns: returnPaths(parts.secret, bounceDomainOf(config, local)),
    dkim: dkimOf(config, privateKey),
    poolSize: config.SOJOURN_EMAIL_CONNECTIONS,
  });
  const twilio = createTwilioProvider({
    accountSid: config.TWILIO_ACCOUNT_SID ?? localAccountSid,
    authToken: config.TWILIO_AUTH_TOKEN ?? local.phoneToken,
    ...(config.TWILIO_API_URL !== undefined
      ? { apiUrl: config.TWILIO_API_URL }
      : local.phoneUrl === null
        ? {}
        : { apiUrl: local.phoneUrl }),
    get publicUrl() {
      return address.publicUrl;
    },
  });
  return { email: watch.watch('email', smtp), sms: watch.watch('sms', twilio) };
}

/** Channels that reach nobody outside, where something else says that this is no trial. */
export function localProviders(config: Config): readonly Channel[] {
  const isForReal = config.DATABASE_URL !== undefined || config.SMTP_URL !== undefined || config.TWILIO_ACCOUNT_SID !== undefined;
  if (!isForReal) return [];
  return [
    ...(config.SMTP_URL === undefined ? ['email' as const] : []),
    ...(config.TWILIO_ACCOUNT_SID === undefined ? ['sms' as const] : []),
  ];
}

function returnPaths(secret: Secrets, domain: string | null): ReturnPaths | null {
  if (domain === null) return null;
  const address = (kind: 'bounce' | 'unsubscribe') => (messageId: string) =>
    writeReturnAddress(secret, domain, { kind, messageId: messageId as MessageId });
  return { bounce: address('bounce'), unsubscribe: address('unsubscribe') };
}

function dkimOf(config: Config, privateKey: string | null) {
  const { DKIM_DOMAIN: domain, DKIM_SELECTOR: selector } = config;
  return domain === undefined || selector === undefined || privateKey === null ? null : { domain, selector, privateKey };
}

/** A PEM, or `@path` of a file with it. */
async function keyOf(setting: string | undefined): Promise<string | null> {
  if (setting === undefined) return null;
  return setting.startsWith('@') ? readFile(setting.slice(1), 'utf8') : setting.replaceAll('\\n', '\n');
}
