import { join } from 'node:path';
import type { Log } from '../app/deps.js';
import type { StandIn, StandInName } from '../channels/channel-value.js';
import { channelKinds } from '../channels/list.js';
import type { Secrets } from '../domain/keys/secrets.js';
import { subKey } from '../domain/keys/sub-key.js';
import { type LocalMailbox, type LocalPhone, runMailbox, runPhone } from '../embedded/local-parts.js';
import type { LocalPlace } from '../embedded/local-server.js';
import { showUrl } from '../settings/addresses.js';
import type { Config, SettingName } from '../settings/config.js';
import { blaming, choosePort } from './start-fault.js';
import type { Stops } from './stops.js';

const localAccountSid = 'AC00000000000000000000000000000000';

/** The mailbox and the phone of a trial: where the settings name no mail server, and no account for texts. */
export interface LocalParts {
  /** Null: not of this process. */
  readonly mailbox: LocalMailbox | null;
  readonly phone: LocalPhone | null;
  /** Of this process or of the one of role `local`; null: the settings name a provider. */
  readonly mailboxUrl: string | null;
  readonly smtpUrl: string | null;
  readonly phoneUrl: string | null;
  /** What the local phone is logged in with. It crosses HTTP as a password, so it is never the secret. */
  readonly phoneToken: string;
}

/** Where the parts keep their data, and what the phone is logged in with. */
interface LocalNeeds {
  readonly dataFolder: string;
  readonly phoneToken: string;
  readonly log: Log;
  readonly stops: Stops;
}

/** What the local phone is logged in with, in every process that has the secret. */
export function phoneTokenOf(secret: string): string {
  return subKey(secret, 'local-phone');
}

/**
 * Starts those that are needed and that no other process has; what ends them goes onto `stops`. Rejects with a sentence that names the
 * port.
 */
export async function startLocalParts(
  config: Config,
  { secret, ...from }: Omit<LocalNeeds, 'phoneToken'> & { readonly secret: Secrets },
): Promise<LocalParts> {
  const needs = { ...from, phoneToken: phoneTokenOf(secret.first) };
  const needed = { mailbox: standsIn(config, 'mailbox'), phone: standsIn(config, 'phone') };
  return config.SOJOURN_LOCAL_PARTS === undefined
    ? openLocalParts(config, needed, needs)
    : partsElsewhere(config, config.SOJOURN_LOCAL_PARTS, needed, needs.phoneToken);
}

/** Does it take the messages of a channel, because no provider is set? */
function standsIn(config: Config, name: StandInName): boolean {
  return channelKinds.some(({ standIn, settings }) => standIn === name && config[settings.provider as SettingName] === undefined);
}

/** Where a local part takes messages, of this process or of the one of role `local`; null: it does not. */
export function standInOf({ smtpUrl, phoneUrl, phoneToken }: LocalParts, name: StandInName | null): StandIn | null {
  switch (name) {
    case null:
      return null;
    case 'mailbox':
      return smtpUrl === null ? null : { url: smtpUrl, login: null };
    case 'phone':
      return phoneUrl === null ? null : { url: phoneUrl, login: { user: localAccountSid, password: phoneToken } };
  }
}

/** Mailbox and phone in this process. */
export async function openLocalParts(
  config: Config,
  needed: { readonly mailbox: boolean; readonly phone: boolean },
  needs: LocalNeeds,
): Promise<LocalParts> {
  const mailbox = needed.mailbox ? await openMailbox(config, needs) : null;
  if (mailbox) needs.stops.push({ part: 'mailbox', stop: () => mailbox.close() });
  const phone = needed.phone ? await openPhone(config, needs) : null;
  if (phone) needs.stops.push({ part: 'phone', stop: () => phone.close() });
  return {
    mailbox,
    phone,
    mailboxUrl: mailbox === null ? null : showUrl(mailbox.url),
    smtpUrl: mailbox === null ? null : showUrl(mailbox.smtpUrl),
    phoneUrl: phone === null ? null : showUrl(phone.url),
    phoneToken: needs.phoneToken,
  };
}

function partsElsewhere(
  { SOJOURN_SMTP_PORT, SOJOURN_MAILBOX_PORT, SOJOURN_PHONE_PORT }: Config,
  at: string,
  needed: { readonly mailbox: boolean; readonly phone: boolean },
  phoneToken: string,
): LocalParts {
  const host = at.includes(':') ? `[${at}]` : at;
  return {
    mailbox: null,
    phone: null,
    mailboxUrl: needed.mailbox ? `http://${host}:${SOJOURN_MAILBOX_PORT}` : null,
    smtpUrl: needed.mailbox ? `smtp://${host}:${SOJOURN_SMTP_PORT}` : null,
    phoneUrl: needed.phone ? `http://${host}:${SOJOURN_PHONE_PORT}` : null,
    phoneToken,
  };
}

const placeOf = (config: Config): LocalPlace => ({ host: config.SOJOURN_LOCAL_HOST, knownAs: config.SOJOURN_LOCAL_PARTS });

function openMailbox(config: Config, { dataFolder, log }: LocalNeeds): Promise<LocalMailbox> {
  const { SOJOURN_SMTP_PORT: smtpPort, SOJOURN_MAILBOX_PORT: httpPort } = config;
  return blaming(
    ({ code, port }) =>
      code === 'EADDRNOTAVAIL' ? 'SOJOURN_LOCAL_HOST' : port === smtpPort ? 'SOJOURN_SMTP_PORT' : 'SOJOURN_MAILBOX_PORT',
    choosePort,
    () => runMailbox({ ...placeOf(config), smtpPort, httpPort, dataDir: join(dataFolder, 'mailbox') }, log),
  );
}

function openPhone(config: Config, { dataFolder, phoneToken, log }: LocalNeeds): Promise<LocalPhone> {
  const account = { accountSid: localAccountSid, authToken: phoneToken };
  return blaming(
    ({ code }) => (code === 'EADDRNOTAVAIL' ? 'SOJOURN_LOCAL_HOST' : 'SOJOURN_PHONE_PORT'),
    choosePort,
    () => runPhone({ ...placeOf(config), ...account, httpPort: config.SOJOURN_PHONE_PORT, dataDir: join(dataFolder, 'phone') }, log),
  );
}
