import { describe, expect, test } from 'vitest';
import { loneRoleOf, readConfig, rolesOf, type SettingName, settingNames } from '../../src/settings/config.js';
import { type ComposeService, composeFile, environmentOf, ownServices } from '../support/compose-file.js';
import { isThere, textOf } from '../support/repository.js';

const { services, volumes } = composeFile();
const all = Object.entries(services);
/** What who starts it must say. */
const said = { SOJOURN_SECRET: 'x'.repeat(32), POSTGRES_PASSWORD: 'letters-and-digits' };
const roleOf = ({ command = [] }: ComposeService): string => command[command.indexOf('--role') + 1] ?? '';
const configOf = (name: string, more: Readonly<Record<string, string>> = {}) =>
  readConfig({ ...environmentOf(name, { ...said, ...more }), SOJOURN_ROLE: roleOf(services[name] ?? {}) });
const isOneShot = ([, { restart }]: readonly [string, ComposeService]): boolean => restart === 'on-failure';

describe('docker-compose.yml', () => {
  test('splits the roles over processes, each of them once, beside what they need', () => {
    const roles = ownServices().map(([, service]) => roleOf(service));
    expect(roles.toSorted()).toEqual(['api', 'local', 'publish', 'relay', 'worker']);
    expect([...rolesOf({ SOJOURN_ROLE: roles.join(',') })]).toEqual(['api', 'relay', 'worker']);
    expect(loneRoleOf(configOf('publish'))).toBe('publish');
  });

  test.each(ownServices().map(([name]) => name))('hands %s settings that it takes', (name) => {
    const environment = services[name]?.environment ?? {};
    expect(Object.keys(environment).filter((setting) => !settingNames.includes(setting as SettingName))).toEqual([]);
    expect(configOf(name)).toMatchObject({ SOJOURN_DATA: '/data', TEMPORAL_ADDRESS: 'temporal:7233', SMTP_URL: undefined });
  });

  test('goes on with real providers once they are said, and only with https', () => {
    const real = { SMTP_URL: 'smtps://user:pass@mail.shop.example', TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'token' };
    expect(configOf('worker', { ...real, PUBLIC_URL: 'https://journeys.shop.example' })).toMatchObject({ SMTP_URL: real.SMTP_URL });
    expect(() => configOf('worker', real)).toThrow(/PUBLIC_URL must be https/);
  });

  test('does not start without a secret and a password', () => {
    for (const missing of ['SOJOURN_SECRET', 'POSTGRES_PASSWORD'] as const)
      expect(() => environmentOf('api', { ...said, [missing]: '' })).toThrow(missing);
  });

  test('links in mails lead to a port that is open on this machine, and so do mailbox, phone and Temporal', () => {
    const opened = all.flatMap(([, { ports = [] }]) => ports.map((port) => port.split(':')[1]));
    const { PUBLIC_URL, TEMPORAL_UI_URL, SOJOURN_MAILBOX_PORT, SOJOURN_PHONE_PORT } = configOf('worker');
    expect(opened).toEqual(expect.arrayContaining([new URL(PUBLIC_URL ?? '').port, new URL(TEMPORAL_UI_URL ?? '').port]));
    expect(opened).toEqual(expect.arrayContaining([String(SOJOURN_MAILBOX_PORT), String(SOJOURN_PHONE_PORT)]));
  });

  test('every place of a service is that of a service, at a port on which it listens there', () => {
    const { SOJOURN_LOCAL_PARTS, SOJOURN_LOCAL_CALLS, SOJOURN_LOCAL_HOST, SOJOURN_HOST, DATABASE_URL, TEMPORAL_ADDRESS, SOJOURN_PORT } =
      configOf('mailbox-and-phone');
    const calls = new URL(SOJOURN_LOCAL_CALLS ?? '');
    const named = [SOJOURN_LOCAL_PARTS, calls.hostname, new URL(DATABASE_URL ?? '').hostname, TEMPORAL_ADDRESS?.split(':')[0]];
    expect(named.filter((name) => name === undefined || services[name] === undefined)).toEqual([]);
    expect(roleOf(services[calls.hostname] ?? {})).toBe('api');
    expect(calls.port).toBe(String(SOJOURN_PORT));
    // Within a container another address is reached by nobody.
    expect([SOJOURN_LOCAL_HOST, SOJOURN_HOST]).toEqual(['0.0.0.0', '0.0.0.0']);
  });

  test('waits for what can tell that it is healthy or that it is done', () => {
    for (const [name, { depends_on = {} }] of all)
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const service = services[needed];
        expect([name, needed, service !== undefined]).toEqual([name, needed, true]);
        if (condition === 'service_healthy') expect([needed, service?.healthcheck?.test !== undefined]).toEqual([needed, true]);
        if (condition === 'service_completed_successfully') expect([needed, isOneShot([needed, service ?? {}])]).toEqual([needed, true]);
      }
    const conditionOf = (service: string, needed: string) => services[service]?.depends_on?.[needed]?.condition;
    for (const role of ['api', 'relay', 'worker']) expect(conditionOf(role, 'publish')).toBe('service_completed_successfully');
    for (const role of ['relay', 'worker']) expect(conditionOf(role, 'temporal-namespace')).toBe('service_completed_successfully');
    expect(conditionOf('publish', 'postgres')).toBe('service_healthy');
  });

  test('starts again what ends, and asks what lasts how it is', () => {
    const lasting = all.filter((service) => !isOneShot(service));
    expect(lasting.filter(([, { restart }]) => restart !== 'unless-stopped')).toEqual([]);
    expect(lasting.filter(([name, { healthcheck }]) => name !== 'temporal-ui' && healthcheck?.test === undefined)).toEqual([]);
    for (const [name, { healthcheck }] of ownServices()) {
      const [, program, , code = ''] = healthcheck?.test ?? [];
      if (name === 'publish') continue;
      expect([name, program]).toEqual([name, 'node']);
      // Of its own ports, which are those of the settings.
      const { SOJOURN_PORT, SOJOURN_MAILBOX_PORT, SOJOURN_PHONE_PORT } = configOf(name);
      const asked = [...code.matchAll(/\b(40\d\d)\b/g)].map(([, port]) => Number(port));
      expect([name, asked]).toEqual([name, name === 'mailbox-and-phone' ? [SOJOURN_MAILBOX_PORT, SOJOURN_PHONE_PORT] : [SOJOURN_PORT]]);
    }
    // What is under way has 35 s, then 40 s by force, and a second signal or 50 s end it.
    expect(ownServices().map(([, { stop_grace_period }]) => stop_grace_period)).toEqual(ownServices().map(() => '50s'));
  });

  test('keeps what must last, and opens nothing beyond this machine', () => {
    const named = all.flatMap(([, service]) => (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? ''));
    for (const source of named) if (!source.startsWith('.')) expect(volumes).toHaveProperty(source);
    for (const [, { ports = [] }] of all) for (const published of ports) expect(published).toMatch(/^127\.0\.0\.1:/);
    expect(services['api']?.volumes).toContain('sojourn-data:/data');
    expect(services['postgres']?.volumes).toContain('postgres-data:/var/lib/postgresql/data');
  });

  test.each(['publish', 'api', 'relay', 'worker'])('gives %s the project of this folder', (name) => {
    const mounted = (services[name]?.volumes ?? []).filter((volume) => volume.startsWith('./'));
    expect(mounted.toSorted()).toEqual(
      ['experiments', 'fields.yaml', 'journeys', 'policies', 'quizzes', 'segments', 'shop.yaml', 'templates'].map(
        (part) => `./${part}:/app/${part}:ro`,
      ),
    );
    expect(mounted.map((volume) => volume.split(':')[0] ?? '').filter((source) => !isThere(source))).toEqual([]);
  });

  test('takes Temporal’s maintained images, server and tools of one version, by digest like all others', () => {
    const images = all.flatMap(([, { image = '', build }]) => (build === undefined ? [image] : []));
    for (const image of images) expect(image).toMatch(/:[\w.-]+@sha256:[0-9a-f]{64}$/);
    const versionOf = (name: string) => images.find((image) => image.startsWith(`temporalio/${name}:`))?.match(/:([\d.]+)@/)?.[1];
    expect(versionOf('server')).toBeDefined();
    expect(versionOf('admin-tools')).toBe(versionOf('server'));
    expect(images.filter((image) => image.includes('auto-setup'))).toEqual([]);
    // The version that the tests run: the dev server's.
    expect(textOf('tools/temporal/go.mod')).toContain(`go.temporal.io/server v${versionOf('server')}`);
  });
});

describe('Dockerfile', () => {
  const file = textOf('Dockerfile');

  test('copies what there is, builds on images by digest, runs as nobody in particular and brings certificates', () => {
    for (const [, image] of file.matchAll(/^FROM (\S+)/gm)) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
    const copied = [...file.matchAll(/^COPY --from=build .*\/app\/(\S+) \S+$/gm)].map(([, path]) => path ?? '');
    const made = new Set(['node_modules', 'dist']);
    expect(copied.filter((path) => !made.has(path) && !isThere(path))).toEqual([]);
    expect(file).toMatch(/^USER node$/m);
    expect(file).toMatch(/install .*ca-certificates/);
  });

  test('has the programs that services and people run in it', () => {
    for (const [, { command = [] }] of ownServices()) expect(command.slice(0, 2)).toEqual(['node', 'dist/src/main.js']);
    expect(isThere('src/main.ts')).toBe(true);
    expect(file).toContain('ln -s /app/bin/sojourn.mjs /usr/local/bin/sojourn');
  });
});
