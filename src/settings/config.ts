import { z } from 'zod';
import { channelKinds } from '../channels/list.js';
import { usualLimits } from '../domain/keys/key-budget.js';
import { type Scope, scopes } from '../domain/keys/scopes.js';
import { type Channel } from '../domain/messages/channel.js';
import { nearest } from '../domain/values/nearest.js';
import { shippedPlaceholders } from '../domain/values/placeholder-id.js';
import { loadEnvFile } from './env-file.js';
import type { Setting, SettingTable, ValuesOf } from './setting.js';
import { host, hostAndPort, httpUrl, port, postgresUrl } from './setting-values.js';
import { readProxies } from './trusted-proxies.js';

/** `admin` is not among them: a person who finds such a key must not be able to use it from outside. */
const publicScopes = scopes.filter((scope) => scope !== 'admin');

const networks = z.string().transform((text, context) => {
  const { proxies, problems } = readProxies(text);
  for (const message of problems) context.addIssue({ code: 'custom', message });
  return proxies;
});

const ownSettings = {
  SOJOURN_DATA: {
    schema: z.string().default('.sojourn'),
    meaning: 'Data folder of the embedded parts, and where running.json is written.',
  },
  SOJOURN_PORT: {
    schema: port.default(4000),
    meaning: 'Port of the public listener: events, pages, webhooks, health without details; 0 takes a free one.',
  },
  SOJOURN_HOST: { schema: host.default('127.0.0.1'), meaning: 'Address of the public listener.' },
  SOJOURN_ADMIN_PORT: {
    schema: port.optional(),
    meaning:
      'Port of the internal listener: the API, metrics, readiness in detail, OpenAPI. Absent: the one after SOJOURN_PORT; 0 takes a free one.',
  },
  SOJOURN_ADMIN_HOST: {
    schema: host.default('127.0.0.1'),
    meaning: 'Address of the internal listener. Never one that is reachable from the internet.',
  },
  SOJOURN_PUBLIC_SCOPES: {
    schema: z
      .string()
      .transform((text, context): readonly Scope[] => {
        const names = text
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '');
        const isScope = (name: string): name is Scope => publicScopes.some((scope) => scope === name);
        for (const name of names)
          if (!isScope(name)) context.addIssue({ code: 'custom', message: `${name} is none of ${publicScopes.join(', ')}` });
        return names.filter(isScope);
      })
      .optional(),
    meaning:
      'Scopes whose API routes the public listener answers too, with a key: send, for a shop’s backend outside this network. None by default.',
  },
  SOJOURN_AUDIT_DAYS: {
    schema: z.coerce.number().int().min(1).max(36_500).default(400),
    meaning: 'How long the audit log is kept, in days.',
  },
  SOJOURN_MAILBOX_PORT: { schema: port.default(4025), meaning: 'Port of the local mailbox page and its REST paths; 0 takes a free one.' },
  SOJOURN_SMTP_PORT: { schema: port.default(4026), meaning: 'Port on which the local mailbox receives mail; 0 takes a free one.' },
  SOJOURN_PHONE_PORT: { schema: port.default(4027), meaning: 'Port of the local phone; 0 takes a free one.' },
  SOJOURN_LOCAL_HOST: {
    schema: host.default('127.0.0.1'),
    meaning: 'Address on which the local mailbox and phone listen. Never one that is reachable from the internet.',
  },
  SOJOURN_LOCAL_PARTS: {
    schema: host.optional(),
    meaning: 'Host of the process that holds the local mailbox and phone for all (role local). Absent: each process has its own.',
  },
  SOJOURN_LOCAL_CALLS: {
    schema: httpUrl('http://api:4000').optional(),
    meaning: 'Address at which the role local reaches the public listener of the role api. Absent: PUBLIC_URL.',
  },
  SOJOURN_TEMPORAL_PORT: { schema: port.default(0), meaning: 'Port of the embedded Temporal server; 0 takes a free one.' },
  SOJOURN_TEMPORAL_UI_PORT: {
    schema: port.default(4029),
    meaning: 'Port of the embedded Temporal Web UI; 0, or a port in use, takes a free one.',
  },
  SOJOURN_CLOCK_RATE: {
    schema: z.coerce.number().positive().max(100_000).default(1),
    meaning: 'Service milliseconds per real millisecond; 3600 plays one hour in one second.',
  },
  SOJOURN_CLOCK_START: {
    schema: z.iso.datetime({ offset: true }).optional(),
    meaning: 'Instant at which a fast clock starts on a new data folder.',
  },
  SOJOURN_SECRET: {
    schema: z
      .string()
      .transform((text, context) => {
        const secrets = text.split(',').map((one) => one.trim());
        if (secrets.some((one) => one.length < 16))
          context.addIssue({ code: 'custom', message: 'each secret has 16 characters at least; a comma stands between two' });
        if (new Set(secrets).size < secrets.length) context.addIssue({ code: 'custom', message: 'one secret stands in it twice' });
        return secrets;
      })
      .optional(),
    secret: true,
    meaning:
      'Key of links, message ids and suppression hashes; several with commas: the first signs, all verify. Made and kept in the data folder when absent and everything is embedded.',
  },
  SOJOURN_PROJECT: { schema: z.string().default('.'), meaning: 'Folder with shop.yaml, journeys/, policies/ and templates/.' },
  SOJOURN_ROLE: {
    schema: z.string().default('all'),
    meaning:
      'Which parts this process runs: all, or a list of api, relay, worker. Alone: local, the local mailbox and phone; publish, which prepares the database, publishes on an empty one, and ends.',
  },
  SOJOURN_LOG_LEVEL: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    meaning: 'How much is logged.',
  },
  SOJOURN_BROWSER_KEY_PROFILES: {
    schema: z.coerce.number().int().positive().default(usualLimits.profiles),
    meaning: 'New people that a browser key may make in an hour; beyond that the answer is 429.',
  },
  SOJOURN_BROWSER_KEY_CONSENTS: {
    schema: z.coerce.number().int().positive().default(usualLimits.consents),
    meaning: 'Yeses by a browser key in an hour, and refusals in the name of others; beyond that the answer is 429.',
  },
  SOJOURN_BROWSER_KEY_MESSAGES: {
    schema: z.coerce.number().int().positive().default(usualLimits.messages),
    meaning: 'Entries that events of a browser key may start in an hour; beyond that they start nothing.',
  },
  DATABASE_URL: { schema: postgresUrl.optional(), secret: true, meaning: 'PostgreSQL (15 or newer) instead of the embedded store.' },
  DATABASE_POOL: { schema: z.coerce.number().int().min(1).default(10), meaning: 'Maximum of connections to PostgreSQL.' },
  TEMPORAL_ADDRESS: { schema: hostAndPort.optional(), meaning: 'host:port of a Temporal server instead of the embedded one.' },
  TEMPORAL_NAMESPACE: { schema: z.string().default('default'), meaning: 'Temporal namespace.' },
  TEMPORAL_API_KEY: { schema: z.string().optional(), secret: true, meaning: 'API key of Temporal Cloud.' },
  TEMPORAL_TLS: { schema: z.stringbool().default(false), meaning: 'Speak TLS to Temporal.' },
  TEMPORAL_UI_URL: {
    schema: httpUrl('https://temporal.shop.example').optional(),
    meaning: 'Address of the Temporal Web UI of an external server, for links.',
  },
  TEMPORAL_METRICS_ADDRESS: {
    schema: hostAndPort.optional(),
    meaning: 'host:port at which the Temporal SDK serves its own Prometheus metrics (task latency, slots, cache).',
  },
  TEMPORAL_CLI_PATH: { schema: z.string().optional(), meaning: 'The temporal binary for the embedded server.' },
  PUBLIC_URL: {
    schema: httpUrl('https://journeys.shop.example').optional(),
    meaning: 'Address at which customers and Twilio reach the API: links, callbacks, unsubscribe. https with real providers.',
  },
  SOJOURN_TRUST_PROXY: {
    schema: networks.optional(),
    meaning:
      'Addresses or networks of the proxies before the API, such as 10.0.0.5, 172.18.0.0/16: they report the addresses of people. Never all addresses.',
  },
  SOJOURN_CALL_NETWORKS: {
    schema: networks.optional(),
    meaning: 'Private networks that webhooks may reach, such as 10.1.2.0/24. Without it they reach addresses on the internet alone.',
  },
  PLACEHOLDER_IDS: {
    schema: z.string().default(shippedPlaceholders.join(', ')),
    meaning: 'Placeholder ids, with commas, in upper or lower case: an event with one as `userId` is kept under its anonymous id.',
  },
  SHOPIFY_SHOP: {
    schema: z
      .string()
      .toLowerCase()
      .regex(/^[a-z0-9][a-z0-9-]{0,59}\.myshopify\.com$/, 'it is the name that Shopify gave the shop, such as beans.myshopify.com')
      .optional(),
    meaning: 'The shop at Shopify whose webhooks come to /v1/shopify/<shop>/webhooks.',
  },
  SHOPIFY_SECRETS: {
    schema: z
      .string()
      .transform((text) =>
        text
          .split(',')
          .map((one) => one.trim())
          .filter((one) => one !== ''),
      )
      .optional(),
    secret: true,
    meaning:
      'What Shopify signs webhooks with, with commas: the client secret of the app, the old one while it is rotated, and the key that the shop’s admin shows for webhooks made there.',
  },
  SHOPIFY_TOKEN: {
    schema: z.string().min(1).optional(),
    secret: true,
    meaning:
      'Token of the app for Shopify’s Admin API (`shpat_…`). With it Sojourn sets up webhooks, asks every 15 minutes for what they missed, and makes codes. An app of the Dev Dashboard has none: set SHOPIFY_CLIENT_ID.',
  },
  SHOPIFY_CLIENT_ID: {
    schema: z.string().min(1).optional(),
    meaning:
      'Client id of an app of the Dev Dashboard that is installed in the shop, in place of SHOPIFY_TOKEN: Shopify grants it a token for a day, against its client secret in SHOPIFY_SECRETS.',
  },
  SHOPIFY_ADMIN_URL: {
    schema: httpUrl('https://beans.myshopify.com').optional(),
    meaning: 'Where Shopify’s Admin API is, if not at https://<SHOPIFY_SHOP>: for tests.',
  },
  ORDER_LOOKUP_URL: {
    schema: httpUrl('https://shop.example/orders').optional(),
    meaning: 'The shop’s own answer to "has this person ordered?", asked just before a reminder.',
  },
  ORDER_LOOKUP_METHOD: {
    schema: z.enum(['POST', 'GET']).default('POST'),
    meaning: '`POST` sends JSON in the body; `GET` uses the query, as earlier versions did, where proxies and logs may keep it.',
  },
  ORDER_LOOKUP_TOKEN: { schema: z.string().optional(), secret: true, meaning: 'Bearer token for ORDER_LOOKUP_URL.' },
} satisfies SettingTable;

type TablesOfChannels = (typeof channelKinds)[number]['settings']['table'];
type Together<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void ? All : never;
type RateName = `SOJOURN_${Uppercase<Channel>}_RATE`;

const rate = z.coerce.number().positive().optional();

function rateName(channel: Channel): RateName {
  return `SOJOURN_${channel.toUpperCase() as Uppercase<Channel>}_RATE`;
}

/** The service's own, then those of each channel (`src/channels/<name>/settings.ts`) with the rate of its queue. */
export const settings = Object.assign(
  { ...ownSettings },
  ...channelKinds.map(({ id, words: { many }, settings: { table } }) => ({
    ...table,
    [rateName(id)]: {
      schema: rate,
      meaning: `Maximum of ${many} a second; if set, they use a Temporal task queue of their own.`,
    },
  })),
) as typeof ownSettings & Together<TablesOfChannels> & Readonly<Record<RateName, Setting & { readonly schema: typeof rate }>>;

export type SettingName = keyof typeof settings;
export type Config = ValuesOf<typeof settings>;

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings from an environment. Throws ConfigError with one line for each problem: what is wrong, where, and how to mend it.
 * An unknown `SOJOURN_*` name is a problem, because a misspelt setting would be a silent one.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of settingNames) {
    // An empty value is an absent one: `.env` files and compose files leave lines such as `SMTP_URL=`.
    const text = env[name]?.trim();
    const parsed = settings[name].schema.safeParse(text === '' ? undefined : text);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(`${name}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}. It means: ${settings[name].meaning}`);
  }
  for (const name of Object.keys(env)) {
    if (!name.startsWith('SOJOURN_') || name in settings) continue;
    const near = nearest(name, settingNames);
    problems.push(`${name} is no setting.${near === null ? '' : ` Did you mean ${near}?`} \`sojourn config\` lists all.`);
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const config = values as Config;
  const conflicts = conflictsOf(config);
  if (conflicts.length > 0) throw new ConfigError(conflicts.join('\n'));
  return config;
}

/** Settings of the process: the environment, and `.env` in the present folder where that says nothing. */
export function loadConfig(): Config {
  loadEnvFile();
  return readConfig(process.env);
}

export const settingNames = Object.keys(settings) as readonly SettingName[];

/** The port of the internal listener; 0: a free one. */
export function adminPortOf({ SOJOURN_PORT, SOJOURN_ADMIN_PORT }: Pick<Config, 'SOJOURN_PORT' | 'SOJOURN_ADMIN_PORT'>): number {
  if (SOJOURN_ADMIN_PORT !== undefined) return SOJOURN_ADMIN_PORT;
  return SOJOURN_PORT === 0 || SOJOURN_PORT === 65_535 ? 0 : SOJOURN_PORT + 1;
}

/** Roles of a process: `all` is the three of them. */
export type Role = 'api' | 'relay' | 'worker';

export function rolesOf(config: Pick<Config, 'SOJOURN_ROLE'>): ReadonlySet<Role> {
  const names = roleNames(config);
  return new Set(names.includes('all') ? roles : roles.filter((role) => names.includes(role)));
}

/** What a process does in the place of the roles; null: it has roles. */
export function loneRoleOf(config: Pick<Config, 'SOJOURN_ROLE'>): LoneRole | null {
  return loneRoles.find((role) => role === config.SOJOURN_ROLE.trim()) ?? null;
}

/** `local`: the local mailbox and phone, for the other processes. `publish`: prepares database and project, and ends. */
type LoneRole = 'local' | 'publish';

export const roles: readonly Role[] = ['api', 'relay', 'worker'];
const loneRoles: readonly LoneRole[] = ['local', 'publish'];

function roleNames({ SOJOURN_ROLE }: Pick<Config, 'SOJOURN_ROLE'>): readonly string[] {
  return SOJOURN_ROLE.split(',').map((name) => name.trim());
}

function conflictsOf(config: Config): readonly string[] {
  const problems: string[] = [];
  if (config.SOJOURN_PORT !== 0 && config.SOJOURN_PORT === config.SOJOURN_ADMIN_PORT)
    problems.push('SOJOURN_PORT and SOJOURN_ADMIN_PORT are two listeners, one for the world and one for us: give them two ports.');
  const reachesPeople = channelKinds.flatMap(({ settings: { provider, providerUrl } }) =>
    config[provider as SettingName] === undefined || isLoopback(providerUrl(config)) ? [] : [provider],
  );
  if (reachesPeople.length > 0 && config.PUBLIC_URL === undefined)
    problems.push(
      `${reachesPeople.join(' and ')} ${reachesPeople.length === 1 ? 'reaches' : 'reach'} real people, so PUBLIC_URL must say where the links lead (https://…).`,
    );
  if (reachesPeople.length > 0 && config.PUBLIC_URL !== undefined && !config.PUBLIC_URL.startsWith('https://'))
    problems.push('PUBLIC_URL must be https when real email or texts go out: mailbox providers refuse one-click unsubscribe without it.');
  for (const { settings: own } of channelKinds) problems.push(...own.conflicts(config));
  if ((config.SHOPIFY_SHOP === undefined) !== (config.SHOPIFY_SECRETS === undefined))
    problems.push('SHOPIFY_SHOP and SHOPIFY_SECRETS go together: set both, or neither.');
  if (config.SHOPIFY_SHOP === undefined && (config.SHOPIFY_TOKEN ?? config.SHOPIFY_CLIENT_ID) !== undefined)
    problems.push('SHOPIFY_TOKEN and SHOPIFY_CLIENT_ID need SHOPIFY_SHOP: the shop whose API is asked.');
  if (config.SHOPIFY_TOKEN !== undefined && config.SHOPIFY_CLIENT_ID !== undefined)
    problems.push('Set SHOPIFY_TOKEN or SHOPIFY_CLIENT_ID, not both: each is a way to ask the Admin API.');
  if (config.DATABASE_URL !== undefined && config.SOJOURN_SECRET === undefined)
    problems.push(
      'SOJOURN_SECRET must be set with DATABASE_URL: every process needs the same one, and links and suppressions depend on it.',
    );
  if (config.SOJOURN_SECRET === undefined && reachesPeople.length > 0)
    problems.push('SOJOURN_SECRET must be set when real email or texts go out: links in them must outlive this data folder.');
  problems.push(...roleConflicts(config));
  return problems;
}

function roleConflicts(config: Config): readonly string[] {
  const problems: string[] = [];
  const lone = loneRoleOf(config);
  const unknownRoles = roleNames(config).filter((name) => name !== 'all' && name !== lone && !roles.includes(name as Role));
  if (unknownRoles.length > 0)
    problems.push(
      unknownRoles.some((name) => loneRoles.some((role) => role === name))
        ? `SOJOURN_ROLE: ${unknownRoles.join(', ')} stands alone: give it a process of its own.`
        : `SOJOURN_ROLE: ${unknownRoles.join(', ')} is no role; use all, or a list of api, relay, worker.`,
    );
  if (config.SOJOURN_LOCAL_PARTS !== undefined && [config.SOJOURN_SMTP_PORT, config.SOJOURN_PHONE_PORT].includes(0))
    problems.push(
      'SOJOURN_LOCAL_PARTS says where mailbox and phone are, so SOJOURN_SMTP_PORT and SOJOURN_PHONE_PORT must say at which ports.',
    );
  if (lone === 'local') {
    if (config.SOJOURN_SECRET === undefined)
      problems.push('SOJOURN_SECRET must be set for the role local, as for the others: the phone is logged in to by a key made of it.');
    return problems;
  }
  const isSplit = rolesOf(config).size < roles.length;
  if (isSplit && config.DATABASE_URL === undefined)
    problems.push('SOJOURN_ROLE splits the program over processes, and the embedded store serves one process: set DATABASE_URL.');
  if (rolesOf(config).has('worker') && !rolesOf(config).has('api') && config.PUBLIC_URL === undefined)
    problems.push('PUBLIC_URL must be set for a worker without the role api: the links in its messages lead to another process.');
  if (isSplit && config.TEMPORAL_ADDRESS === undefined && config.SOJOURN_ROLE !== 'api' && lone === null)
    problems.push('SOJOURN_ROLE splits the program over processes: set TEMPORAL_ADDRESS to the Temporal server that they share.');
  return problems;
}

/** A server on this machine reaches nobody: tests and the local mailbox. */
function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  try {
    const host = new URL(address).hostname.replace(/^\[|\]$/g, '');
    return host === 'localhost' || host === '::1' || host.startsWith('127.');
  } catch {
    return false;
  }
}

/** Messages a second on a channel, at most: `SOJOURN_EMAIL_RATE` and its like. Undefined: as many as the provider takes. */
export function rateOf(config: Config, channel: Channel): number | undefined {
  return config[rateName(channel)];
}
