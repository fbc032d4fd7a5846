import { Registry } from 'prom-client';
import type { Access } from '../../src/api/access.js';
import { emailInboundRoutes } from '../../src/api/routes/email-inbound.js';
import { signedSourceRoutes } from '../../src/api/routes/signed-sources.js';
import { twilioRoutes } from '../../src/api/routes/twilio.js';
import { answers, type DescribedRoute } from '../../src/api/routing.js';
import { buildServer } from '../../src/api/server.js';
import type { InboundEmailDeps } from '../../src/app/inbound/receive-email.js';
import type { TwilioKeys } from '../../src/app/inbound/twilio-webhooks.js';
import { AuditTrail } from '../../src/app/keys/audit-trail.js';
import { eventDoors } from './segment.js';
import { turnDeps } from './turns.js';

/**
 * All routes of a server with every part, as they describe themselves; HEAD and preflights are left out. No store is needed: nothing is
 * asked.
 */
export async function allRoutes(): Promise<readonly DescribedRoute[]> {
  const app = turnDeps({} as Parameters<typeof turnDeps>[0]) as ReturnType<typeof turnDeps> & InboundEmailDeps & TwilioKeys;
  const server = buildServer({
    app,
    audit: new AuditTrail(app),
    version: '0.0.0-test',
    registry: new Registry(),
    templates: { has: () => true, channelOf: () => null, classOf: () => null, ids: () => [] },
    temporalUi: null,
    parts: async () => [],
    notices: async () => [],
    plugins: [...eventDoors(app), signedSourceRoutes(app, {}), twilioRoutes(app), emailInboundRoutes(app, 'a token of the settings')],
  });
  await server.ready();
  await server.close();
  return server.describedRoutes
    .filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS')
    .toSorted((one, other) => one.url.localeCompare(other.url) || one.method.localeCompare(other.method));
}

/** The table of docs/security.md. */
export function routeTable(routes: readonly DescribedRoute[]): string {
  const rows = routes.map(
    (route) =>
      `| \`${route.method} ${route.url.replaceAll(/:(\w+)/g, '{$1}')}\` | ${wayIn(route.access)} | ${where(route.access)} | ${
        route.audited.kind === 'nothing' ? '' : `\`${route.act}\``
      } |`,
  );
  return ['| route | opened by | listener | in the audit log as |', '|---|---|---|---|', ...rows].join('\n');
}

function wayIn(access: Access): string {
  switch (access.kind) {
    case 'open':
      return 'nothing';
    case 'write-key':
      return 'a write key';
    case 'link':
      return `a signed link (${access.purpose})`;
    case 'signature':
      return `a signature of ${access.by}`;
    case 'mail-token':
      return `\`EMAIL_WEBHOOK_TOKEN\`, or an API key of scope \`${access.scope}\``;
    case 'api-key':
      return access.scope === 'admin' ? 'an API key of scope `admin`' : `an API key of scope \`${access.scope}\` or \`admin\``;
  }
}

function where(access: Access): string {
  if (answers({ kind: 'public', scopes: [] }, access)) return 'both';
  return access.kind === 'api-key' && access.scope !== 'admin' ? 'internal, or as set' : 'internal';
}
