import type { FastifyInstance } from 'fastify';
import type { ApiDeps } from '../api/deps.js';
import type { Listener } from '../api/routing.js';
import { buildHealthServer, buildServer } from '../api/server.js';
import { startSmtpDoor } from '../api/smtp-door.js';
import type { InboundEmailDeps } from '../app/inbound/receive-email.js';
import type { LocalMailbox } from '../embedded/local-parts.js';
import { showUrl } from '../settings/addresses.js';
import { adminPortOf, type Config } from '../settings/config.js';
import type { LocalParts } from './local-parts.js';
import { blaming, choosePort } from './start-fault.js';
import type { Stops } from './stops.js';

/** Where the instance is reached. */
export interface Doors {
  readonly publicUrl: string;
  readonly apiUrl: string;
  readonly inboundSmtpUrl: string | null;
}

/** Opens the two listeners and the SMTP door. `api` null: a process without the role has health and metrics alone. */
export async function openDoors(
  config: Config,
  parts: {
    readonly app: InboundEmailDeps;
    readonly health: Parameters<typeof buildHealthServer>[0];
    readonly api: ApiDeps | null;
    readonly local: LocalParts;
    readonly stops: Stops;
  },
): Promise<Doors> {
  const { app, api, health, local, stops } = parts;
  const serverFor = (listener: Listener) => (api === null ? buildHealthServer(health, listener) : buildServer(api, listener));
  const listen = async (server: FastifyInstance, on: Door): Promise<string> => {
    const url = showUrl(await listenAs(on, server));
    stops.push({ part: `listener ${on.of}`, stop: () => server.close() });
    return url;
  };
  const outside: Door = { of: 'SOJOURN', host: config.SOJOURN_HOST, port: config.SOJOURN_PORT };
  const inside: Door = { of: 'SOJOURN_ADMIN', host: config.SOJOURN_ADMIN_HOST, port: adminPortOf(config) };
  const publicUrl = await listen(serverFor({ kind: 'public', scopes: config.SOJOURN_PUBLIC_SCOPES ?? [] }), outside);
  const apiUrl = await listen(serverFor({ kind: 'internal' }), inside);
  if (api === null) return { publicUrl, apiUrl, inboundSmtpUrl: null };
  // It signs for the public address, as Twilio does, and calls the listener itself: the public address may need a proxy that a trial has
  // not.
  local.phone?.setInboundUrl(`${(config.PUBLIC_URL ?? publicUrl).replace(/\/$/, '')}/webhooks/twilio/inbound`, publicUrl);
  return { publicUrl, apiUrl, inboundSmtpUrl: await openSmtpDoor(config, app, local.mailbox, stops) };
}

/** A listener, and how the names of its settings begin. */
interface Door {
  readonly of: 'SOJOURN' | 'SOJOURN_ADMIN';
  readonly host: string;
  readonly port: number;
}

function listenAs({ of, host, port }: Door, server: FastifyInstance): Promise<string> {
  return blaming(
    ({ code }) => (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' ? `${of}_HOST` : `${of}_PORT`),
    of === 'SOJOURN'
      ? 'Events, pages and webhooks come there: stop what listens there, or choose another (0 takes a free port).'
      : 'The API listens there: stop what listens there, or choose another (0 takes a free port).',
    () => server.listen({ host, port }),
  );
}

/** Off unless a port is set; the local mailbox has one of its own to send bounces to. */
async function openSmtpDoor(config: Config, app: InboundEmailDeps, mailbox: LocalMailbox | null, stops: Stops): Promise<string | null> {
  const port = config.SOJOURN_INBOUND_SMTP_PORT ?? (mailbox ? 0 : undefined);
  if (port === undefined) return null;
  const door = await blaming(
    ({ code }) => (code === 'EADDRNOTAVAIL' ? 'SOJOURN_INBOUND_SMTP_HOST' : 'SOJOURN_INBOUND_SMTP_PORT'),
    choosePort,
    () => startSmtpDoor(app, { host: config.SOJOURN_INBOUND_SMTP_HOST, port }),
  );
  stops.push({ part: 'smtp door', stop: () => door.close() });
  const url = `smtp://${door.host.includes(':') ? `[${door.host}]` : door.host}:${door.port}`;
  mailbox?.setReturnDoor(url);
  return url;
}
