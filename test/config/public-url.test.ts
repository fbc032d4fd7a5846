import { expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/settings/config.js';

const shared = {
  DATABASE_URL: 'postgres://db.example/sojourn',
  SOJOURN_SECRET: 'thirty-two-characters-for-a-test',
  TEMPORAL_ADDRESS: 'temporal.example:7233',
};

test('a worker whose links lead to another process must be told where', () => {
  expect(() => readConfig({ ...shared, SOJOURN_ROLE: 'relay,worker' })).toThrow(
    new ConfigError('PUBLIC_URL must be set for a worker without the role api: the links in its messages lead to another process.'),
  );
  expect(readConfig({ ...shared, SOJOURN_ROLE: 'relay,worker', PUBLIC_URL: 'http://127.0.0.1:4000' })).toMatchObject({
    SOJOURN_ROLE: 'relay,worker',
  });
  expect(readConfig({ ...shared, SOJOURN_ROLE: 'relay' })).toMatchObject({ SOJOURN_ROLE: 'relay' });
});

test.each([
  ['nowhere', undefined, 'SMTP_URL reaches real people, so PUBLIC_URL must say where the links lead (https://…).'],
  [
    'without TLS',
    'http://shop.example',
    'PUBLIC_URL must be https when real email or texts go out: mailbox providers refuse one-click unsubscribe without it.',
  ],
])('real email does not go out with links that lead %s', (_where, publicUrl, sentence) => {
  expect(() => readConfig({ ...shared, SMTP_URL: 'smtp://mail.example:25', PUBLIC_URL: publicUrl })).toThrow(new ConfigError(sentence));
});

test('a mail server on this machine reaches nobody', () => {
  expect(readConfig({ ...shared, SMTP_URL: 'smtp://127.0.0.1:25' }).PUBLIC_URL).toBeUndefined();
});
