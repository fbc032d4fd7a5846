import { resolve } from 'node:path';
import type { Log } from '../app/deps.js';
import type { Config } from '../settings/config.js';
import { openDataFolder } from './data-folder.js';
import { openLocalParts, phoneTokenOf } from './local-parts.js';
import { blaming } from './start-fault.js';
import { type Stops, stopAll } from './stops.js';

/** The role `local`: mailbox and phone for the other processes of a trial. They bounce and call back as if they were those of each. */
export async function startLocalInstance(config: Config, log: Log): Promise<{ stop(): Promise<void> }> {
  const stops: Stops = [];
  const dataFolder = resolve(config.SOJOURN_DATA);
  await blaming('SOJOURN_DATA', 'It is where mails and texts are kept: name a folder that it may write.', () => openDataFolder(dataFolder));
  const phoneToken = phoneTokenOf(config.SOJOURN_SECRET?.[0] ?? '');
  try {
    const { mailbox, phone } = await openLocalParts(config, { mailbox: true, phone: true }, { dataFolder, phoneToken, log, stops });
    const { publicUrl, calls, returnDoor } = callersOf(config);
    if (publicUrl !== null) phone?.setInboundUrl(`${publicUrl}/webhooks/twilio/inbound`, calls ?? publicUrl);
    if (returnDoor !== null) mailbox?.setReturnDoor(returnDoor);
    log.info({ mailbox: mailbox?.url, smtp: mailbox?.smtpUrl, phone: phone?.url }, 'The local mailbox and phone are there.');
  } catch (error) {
    await stopAll(stops, log);
    throw error;
  }
  return { stop: () => stopAll(stops, log) };
}

/** Where inbound texts and bounces go: to the process of role `api`. */
function callersOf({ PUBLIC_URL, SOJOURN_LOCAL_CALLS, SOJOURN_INBOUND_SMTP_PORT: port }: Config) {
  const calls = SOJOURN_LOCAL_CALLS ?? null;
  const publicUrl = PUBLIC_URL?.replace(/\/$/, '') ?? null;
  const api = calls ?? publicUrl;
  return { publicUrl, calls, returnDoor: api === null || port === undefined ? null : `smtp://${new URL(api).hostname}:${port}` };
}
