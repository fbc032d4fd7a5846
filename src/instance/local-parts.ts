import { join } from 'node:path';
import type { Log } from '../app/deps.js';
import type { Secrets } from '../domain/keys/secrets.js';
import { subKey } from '../domain/keys/sub-key.js';
import { type LocalMailbox, type LocalPhone, runMailbox, runPhone } from '../embedded/local-parts.js';
import type { Config } from '../settings/config.js';
import { blaming, choosePort } from './start-fault.js';
import type { Stops } from './stops.js';

export const localAccountSid = 'AC00000000000000000000000000000000';

/** The mailbox and the phone of a trial: where the settings name no mail server, and no account for texts. */
export interface LocalParts {
  readonly mailbox: LocalMailbox | null;
  readonly phone: LocalPhone | null;
  /** What the local phone is logged in with. It crosses HTTP as a password, so it is never the secret. */
  readonly phoneToken: string;
}

/** Starts those that are needed; what ends them goes onto `stops`. Rejects with a sentence that names the port. */
export async function startLocalParts(
  config: Config,
  { dataFolder, secret, log, stops }: { readonly dataFolder: string; readonly log: Log; readonly secret: Secrets; readonly stops: Stops },
): Promise<LocalParts> {
  const phoneToken = subKey(secret.first, 'local-phone');
  const mailbox = config.SMTP_URL === undefined ? await openMailbox(config, dataFolder, log) : null;
  if (mailbox) stops.push(() => mailbox.close());
  const phone = config.TWILIO_ACCOUNT_SID === undefined ? await openPhone(config, dataFolder, phoneToken, log) : null;
  if (phone) stops.push(() => phone.close());
  return { mailbox, phone, phoneToken };
}

function openMailbox(config: Config, dataFolder: string, log: Log): Promise<LocalMailbox> {
  return blaming(
    ({ port }) => (port === config.SOJOURN_SMTP_PORT ? 'SOJOURN_SMTP_PORT' : 'SOJOURN_MAILBOX_PORT'),
    choosePort,
    () =>
      runMailbox({ smtpPort: config.SOJOURN_SMTP_PORT, httpPort: config.SOJOURN_MAILBOX_PORT, dataDir: join(dataFolder, 'mailbox') }, log),
  );
}

function openPhone(config: Config, dataFolder: string, authToken: string, log: Log): Promise<LocalPhone> {
  return blaming('SOJOURN_PHONE_PORT', choosePort, () =>
    runPhone({ httpPort: config.SOJOURN_PHONE_PORT, accountSid: localAccountSid, authToken, dataDir: join(dataFolder, 'phone') }, log),
  );
}
