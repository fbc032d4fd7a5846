import { readFile } from 'node:fs/promises';
import type { Secrets } from '../../domain/keys/secrets.js';
import { writeReturnAddress } from '../../domain/messages/return-address.js';
import type { MessageId } from '../../domain/values/ids.js';
import type { Surroundings } from '../channel-value.js';
import type { DkimSettings, ReturnPaths } from './compose.js';
import { createSmtpProvider, type SmtpProvider } from './providers/smtp.js';
import { bounceDomainOf, emailSettings } from './settings.js';

/** The mail server of the settings, or the local mailbox. Rejects with a sentence if the DKIM key is none. */
export async function openEmail({ settings: all, standIn, secret, blaming }: Surroundings): Promise<SmtpProvider> {
  const settings = emailSettings.of(all);
  const privateKey = await blaming('DKIM_PRIVATE_KEY', 'It is a PEM, or @ and the path of a file with one.', () =>
    keyOf(settings.DKIM_PRIVATE_KEY),
  );
  return createSmtpProvider({
    url: settings.SMTP_URL ?? standIn?.url ?? '',
    returns: returnPaths(secret, bounceDomainOf(settings, standIn !== null)),
    dkim: dkimOf(settings, privateKey),
    poolSize: settings.SOJOURN_EMAIL_CONNECTIONS,
  });
}

function returnPaths(secret: Secrets, domain: string | null): ReturnPaths | null {
  if (domain === null) return null;
  const address = (kind: 'bounce' | 'unsubscribe') => (messageId: string) =>
    writeReturnAddress(secret, domain, { kind, messageId: messageId as MessageId });
  return { bounce: address('bounce'), unsubscribe: address('unsubscribe') };
}

function dkimOf(
  { DKIM_DOMAIN: domain, DKIM_SELECTOR: selector }: ReturnType<typeof emailSettings.of>,
  privateKey: string | null,
): DkimSettings | null {
  return domain === undefined || selector === undefined || privateKey === null ? null : { domain, selector, privateKey };
}

/** A PEM, or `@path` of a file with it. */
async function keyOf(setting: string | undefined): Promise<string | null> {
  if (setting === undefined) return null;
  return setting.startsWith('@') ? readFile(setting.slice(1), 'utf8') : setting.replaceAll('\\n', '\n');
}
