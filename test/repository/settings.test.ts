import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig, type SettingName, settingNames, settings } from '../../src/settings/config.js';
import { textOf } from '../support/repository.js';

test.each(settingNames)('docs/operations.md tells what %s means, and what it is by itself', (name) => {
  const { schema, meaning } = settings[name];
  const fallback = schema.safeParse(undefined).data;
  const row = textOf('docs/operations.md')
    .split('\n')
    .find((line) => line.startsWith(`| \`${name}\` |`));
  expect(row ?? `There is no row for ${name}.`).toContain(`| ${fallback === undefined ? '–' : `\`${String(fallback)}\``} | ${meaning}`);
  expect(row?.includes('*Secret.*')).toBe('secret' in settings[name]);
});

test('docs/operations.md and .env.example name no setting that is none', () => {
  const documented = [...textOf('docs/operations.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
  const examples = [...textOf('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
  expect([...documented, ...examples].filter((name) => !settingNames.includes(name as SettingName))).toEqual([]);
});

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: readonly string[] | Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
}

const compose = parse(textOf('docker-compose.yml')) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};

test('docker-compose.yml hands the service settings that it takes', () => {
  const environment = compose.services['sojourn']?.environment ?? {};
  expect(Object.keys(environment).filter((name) => !settingNames.includes(name as SettingName))).toEqual([]);
  const given = Object.fromEntries(
    Object.entries(environment).map(([name, text]) => [name, substituted(text, { SOJOURN_SECRET: 'x'.repeat(32) })]),
  );
  expect(readConfig(given)).toMatchObject({ SOJOURN_DATA: '/data', SMTP_URL: 'smtp://mailpit:1025', TEMPORAL_ADDRESS: 'temporal:7233' });
});

test('docker-compose.yml waits for what can tell that it is healthy, keeps what must last, and opens nothing beyond this machine', () => {
  for (const [name, { depends_on = {}, volumes = [], ports = [] }] of Object.entries(compose.services)) {
    const needs = Array.isArray(depends_on)
      ? depends_on.map((needed: string) => [needed, { condition: 'service_started' }] as const)
      : Object.entries(depends_on);
    for (const [needed, { condition }] of needs) {
      expect([name, needed, compose.services[needed] !== undefined]).toEqual([name, needed, true]);
      if (condition === 'service_healthy')
        expect([name, needed, compose.services[needed]?.healthcheck !== undefined]).toEqual([name, needed, true]);
    }
    for (const volume of volumes) expect(compose.volumes).toHaveProperty(volume.split(':')[0] ?? '');
    for (const published of ports) expect(published).toMatch(/^127\.0\.0\.1:/);
  }
  for (const lasting of ['postgres', 'temporal'])
    expect(compose.services['sojourn']?.depends_on).toHaveProperty(lasting, { condition: 'service_healthy' });
});

/** `${NAME:-default}` and `${NAME:?message}` as compose fills them in. */
function substituted(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([A-Z_]+)(?::-([^}]*)|:\?[^}]*)?\}/g, (_all, name: string, fallback?: string) => env[name] ?? fallback ?? '');
}
