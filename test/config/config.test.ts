import { describe, expect, test } from 'vitest';
import { adminPortOf, type Config, readConfig, rolesOf } from '../../src/settings/config.js';

type Env = Readonly<Record<string, string>>;

/** What is wrong, one line each; empty when nothing is. */
function problemsOf(env: Env): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

const secret = { SOJOURN_SECRET: 'thirty-two-characters-or-so-12345' };
const publicUrl = { PUBLIC_URL: 'https://journeys.shop.example' };
const twilio = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'token' };
const shared = { DATABASE_URL: 'postgres://db.example/sojourn', TEMPORAL_ADDRESS: 'temporal.example:7233', ...secret };
const dkim = { DKIM_DOMAIN: 'shop.example', DKIM_SELECTOR: 's1', DKIM_PRIVATE_KEY: '@key.pem' };

test('without a setting everything is embedded, on loopback, at the usual ports and the real time', () => {
  expect(readConfig({})).toMatchObject({
    SOJOURN_DATA: '.sojourn',
    SOJOURN_HOST: '127.0.0.1',
    SOJOURN_PORT: 4000,
    SOJOURN_MAILBOX_PORT: 4025,
    SOJOURN_SMTP_PORT: 4026,
    SOJOURN_PHONE_PORT: 4027,
    SOJOURN_TEMPORAL_PORT: 0,
    SOJOURN_CLOCK_RATE: 1,
    SOJOURN_PROJECT: '.',
    TEMPORAL_NAMESPACE: 'default',
    DATABASE_URL: undefined,
    TEMPORAL_ADDRESS: undefined,
    SMTP_URL: undefined,
    TWILIO_ACCOUNT_SID: undefined,
  });
});

test('values are read as what they are, and an empty one is an absent one', () => {
  const env = {
    SOJOURN_PORT: ' 0 ',
    SOJOURN_CLOCK_RATE: '3600',
    TEMPORAL_TLS: 'true',
    SOJOURN_EMAIL_RATE: '',
    SMTP_URL: '  ',
    DATABASE_URL: '',
    SOJOURN_TRUST_PROXY: '10.0.0.5, fd12::/16',
  };
  expect(readConfig(env)).toMatchObject({
    SOJOURN_PORT: 0,
    SOJOURN_CLOCK_RATE: 3600,
    TEMPORAL_TLS: true,
    SOJOURN_EMAIL_RATE: undefined,
    SMTP_URL: undefined,
    DATABASE_URL: undefined,
    SOJOURN_TRUST_PROXY: ['10.0.0.5', 'fd12::/16'],
  } satisfies Partial<Config>);
});

/** Each setting that holds an address, with what people put there by mistake. */
const wrongAddresses: readonly [string, Env, RegExp][] = (
  [
    [
      'SMTP_URL',
      /smtps?:\/\//,
      ['localhost:2599', 'http://mail.example', 'mail.example', 'smtp://', 'smtp:mail.example', 'smtp://u:p@ss:x@h:port'],
    ],
    ['DATABASE_URL', /postgres:\/\//, ['mysql://db.example/sojourn', 'db.example:5432', 'localhost', 'http://db.example', 'postgres:/db']],
    [
      'TEMPORAL_ADDRESS',
      /host and a port/,
      [
        'http://temporal.example:7233',
        'temporal.example',
        'temporal.example:7233/x',
        ':7233',
        'temporal.example:0',
        'temporal.example:99999',
        'a b:7233',
      ],
    ],
    ['TEMPORAL_METRICS_ADDRESS', /host and a port/, ['http://127.0.0.1:9464', '9464', '127.0.0.1']],
    ['TEMPORAL_UI_URL', /https?:\/\//, ['localhost:8233', 'ftp://temporal.example']],
    ['PUBLIC_URL', /https?:\/\//, ['journeys.example', 'localhost:4000', 'ftp://journeys.example', 'https://', 'mailto:ada@shop.example']],
    ['TWILIO_API_URL', /https?:\/\//, ['api.twilio.com', 'smtp://api.twilio.com']],
    ['ORDER_LOOKUP_URL', /https?:\/\//, ['shop.example/orders', 'postgres://shop.example']],
    ['SOJOURN_HOST', /a name or an IP address/, ['http://0.0.0.0', '0.0.0.0:4000', 'a host', '[::1]:80']],
    ['SOJOURN_INBOUND_SMTP_HOST', /a name or an IP address/, ['smtp://0.0.0.0', '127.0.0.1:25']],
    ['BOUNCE_DOMAIN', /a domain such as/, ['https://bounces.shop.example', 'localhost', 'bounces@shop.example']],
    ['DKIM_DOMAIN', /a domain such as/, ['https://shop.example', 'shop']],
  ] as const
).flatMap(([name, expected, values]) =>
  values.map((value): [string, Env, RegExp] => [
    `${name} that is ${value}`,
    { [name]: value },
    new RegExp(`^${name}: .*${expected.source}.* It means: `),
  ]),
);

describe('a problem is told by name, with its meaning', () => {
  test.each<[string, Env, RegExp]>([
    ['a port beyond all ports', { SOJOURN_PORT: '65536' }, /^SOJOURN_PORT: .* It means: Port of the public listener/],
    ['a port that is no number', { SOJOURN_PORT: 'http' }, /^SOJOURN_PORT: /],
    ['a clock that stands still', { SOJOURN_CLOCK_RATE: '0' }, /^SOJOURN_CLOCK_RATE: /],
    ['a start without a zone', { SOJOURN_CLOCK_START: '2026-01-01T00:00:00' }, /^SOJOURN_CLOCK_START: /],
    ['a secret that is too short', { SOJOURN_SECRET: 'short' }, /^SOJOURN_SECRET: /],
    ['an address without a scheme', { PUBLIC_URL: 'shop.example' }, /^PUBLIC_URL: /],
    ['a level that is none', { SOJOURN_LOG_LEVEL: 'loud' }, /^SOJOURN_LOG_LEVEL: /],
    ['a misspelt setting', { SOJOURN_CLOCKRATE: '60' }, /^SOJOURN_CLOCKRATE is no setting\. Did you mean SOJOURN_CLOCK_RATE\?/],
    [
      'a setting like no other',
      { SOJOURN_XYZZY_FROBNICATION: '1' },
      /^SOJOURN_XYZZY_FROBNICATION is no setting\. `sojourn config` lists all\.$/,
    ],
    ['a number of proxies', { SOJOURN_TRUST_PROXY: '1' }, /^SOJOURN_TRUST_PROXY: 1 is a number of hops, which does not tell/],
    ['a proxy by its name', { SOJOURN_TRUST_PROXY: '10.0.0.5, proxy' }, /^SOJOURN_TRUST_PROXY: proxy is no address such as 10\.0\.0\.5/],
    ['a network that is none', { SOJOURN_TRUST_PROXY: '10.0.0.0/33' }, /^SOJOURN_TRUST_PROXY: 10\.0\.0\.0\/33 is no network/],
    ['everybody as a proxy', { SOJOURN_TRUST_PROXY: '0.0.0.0/0' }, /^SOJOURN_TRUST_PROXY: 0\.0\.0\.0\/0 holds strangers/],
    ['everybody over IPv6 as a proxy', { SOJOURN_TRUST_PROXY: '::/0' }, /^SOJOURN_TRUST_PROXY: ::\/0 holds strangers/],
    ...wrongAddresses,
    ['a role that is none', { SOJOURN_ROLE: 'api,wroker', ...secret }, /wroker is no role/],
  ])('%s', (_name, env, told) => {
    expect(problemsOf(env)).toContainEqual(expect.stringMatching(told));
  });

  test('and all of them at once', () => {
    expect(problemsOf({ SOJOURN_PORT: 'x', SOJOURN_PROT: '1', DATABASE_URL: 'nowhere' })).toHaveLength(3);
  });

  test('but never with the value of a secret', () => {
    expect(problemsOf({ SOJOURN_SECRET: 'hunter2', DATABASE_URL: 'hunter2', SOJOURN_LOG_LEVEL: 'hunter2' }).join('\n')).not.toContain(
      'hunter2',
    );
  });

  test('and what is not ours is nobody’s business', () => {
    expect(problemsOf({ PATH: '/bin', NODE_ENV: 'production', TEMPORAL_DEBUG: '1' })).toEqual([]);
  });
});

test.each<[keyof Config, string]>([
  ['SMTP_URL', 'smtps://user:p%40ss@mail.example:465?requireTLS=true'],
  ['DATABASE_URL', 'postgresql://sojourn@db.example/sojourn'],
  ['DATABASE_URL', 'postgres:///sojourn?host=/var/run/postgresql'],
  ['TEMPORAL_ADDRESS', 'sojourn.a1b2c.tmprl.cloud:7233'],
  ['TEMPORAL_ADDRESS', '[::1]:7233'],
  ['SOJOURN_HOST', '::'],
  ['SOJOURN_HOST', '0.0.0.0'],
  ['SOJOURN_HOST', 'localhost'],
])('%s may be %s', (name, value) => {
  const rest = { ...secret, ...publicUrl, TEMPORAL_ADDRESS: 'temporal.example:7233' };
  expect(readConfig({ ...rest, [name]: value })[name]).toBe(value);
});

test('SOJOURN_SECRET is a list, whose first one signs', () => {
  expect(readConfig({ SOJOURN_SECRET: 'a-secret-of-sixteen, another-of-sixteen' }).SOJOURN_SECRET).toEqual([
    'a-secret-of-sixteen',
    'another-of-sixteen',
  ]);
  expect(problemsOf({ SOJOURN_SECRET: 'a-secret-of-sixteen,short' })).toEqual([
    expect.stringMatching(/^SOJOURN_SECRET: each secret has 16/),
  ]);
  expect(problemsOf({ SOJOURN_SECRET: 'a-secret-of-sixteen,a-secret-of-sixteen' })).toEqual([expect.stringMatching(/twice/)]);
});

describe('who reaches real people', () => {
  test.each<[string, Env, readonly RegExp[]]>([
    ['by email says where links lead', { SMTP_URL: 'smtps://mail.example', ...secret }, [/SMTP_URL reaches real people, so PUBLIC_URL/]],
    ['by text says where links lead', { ...twilio, ...secret }, [/TWILIO_ACCOUNT_SID reaches real people, so PUBLIC_URL/]],
    ['is reached by https', { SMTP_URL: 'smtps://mail.example', ...secret, PUBLIC_URL: 'http://shop.example' }, [/must be https/]],
    ['keeps a secret of its own', { SMTP_URL: 'smtps://mail.example', ...publicUrl }, [/SOJOURN_SECRET must be set/]],
    ['is not who uses a server on this machine', { SMTP_URL: 'smtp://127.0.0.1:1025' }, []],
    ['is not who uses a Twilio on this machine', { ...twilio, TWILIO_API_URL: 'http://localhost:9999' }, []],
    ['is fine with all of that', { SMTP_URL: 'smtps://mail.example', ...twilio, ...dkim, ...secret, ...publicUrl }, []],
  ])('%s', (_name, env, told) => {
    expect(problemsOf(env)).toEqual(told.map((pattern) => expect.stringMatching(pattern)));
  });
});

describe('what goes together', () => {
  test.each<[string, Env, readonly RegExp[]]>([
    ['Twilio’s account without its token', { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_API_URL: 'http://127.0.0.1:1' }, [/go together/]],
    ['Twilio’s token without its account', { TWILIO_AUTH_TOKEN: 'token' }, [/go together/]],
    ['Twilio’s address without its account', { TWILIO_API_URL: 'http://127.0.0.1:1' }, [/there is no TWILIO_ACCOUNT_SID/]],
    ['DKIM in part', { DKIM_DOMAIN: 'shop.example', DKIM_SELECTOR: 's1' }, [/set all three, or none/]],
    ['DKIM as a whole', dkim, []],
    [
      'a database without the secret that its processes share',
      { DATABASE_URL: 'postgres://db.example/sojourn' },
      [/SOJOURN_SECRET must be set with DATABASE_URL/],
    ],
    [
      'a worker alone without the address that its links lead to',
      { SOJOURN_ROLE: 'worker', ...shared },
      [/PUBLIC_URL must be set for a worker/],
    ],
    ['a worker alone with it', { SOJOURN_ROLE: 'worker', ...shared, ...publicUrl }, []],
    ['a database with it', { DATABASE_URL: 'postgres://db.example/sojourn', ...secret }, []],
    [
      'a split over processes on the embedded store',
      { SOJOURN_ROLE: 'worker', TEMPORAL_ADDRESS: 't:7233', ...publicUrl },
      [/set DATABASE_URL/],
    ],
  ])('%s', (_name, env, told) => {
    expect(problemsOf(env)).toEqual(told.map((pattern) => expect.stringMatching(pattern)));
  });
});

test('roles are read as a list, and all is the three of them', () => {
  expect(rolesOf({ SOJOURN_ROLE: 'all' })).toEqual(new Set(['api', 'relay', 'worker']));
  expect(rolesOf({ SOJOURN_ROLE: 'worker, relay' })).toEqual(new Set(['relay', 'worker']));
});

test('the internal listener is the port after the public one, and the public one answers no scope of the API unless it is said', () => {
  expect(adminPortOf(readConfig({}))).toBe(4001);
  expect(adminPortOf(readConfig({ SOJOURN_PORT: '0' }))).toBe(0);
  expect(adminPortOf(readConfig({ SOJOURN_PORT: '65535' }))).toBe(0);
  expect(adminPortOf(readConfig({ SOJOURN_ADMIN_PORT: '4400' }))).toBe(4400);
  expect(readConfig({}).SOJOURN_PUBLIC_SCOPES).toBeUndefined();
  expect(readConfig({ SOJOURN_PUBLIC_SCOPES: 'send, read' }).SOJOURN_PUBLIC_SCOPES).toEqual(['send', 'read']);
  expect(() => readConfig({ SOJOURN_PUBLIC_SCOPES: 'admin' })).toThrow(/^SOJOURN_PUBLIC_SCOPES: admin is none of events, read/);
  expect(() => readConfig({ SOJOURN_PORT: '4000', SOJOURN_ADMIN_PORT: '4000' })).toThrow(/two listeners/);
});
