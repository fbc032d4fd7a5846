import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { field, readSigned } from '../../src/channels/sms/providers/twilio-webhook.js';

interface Case {
  readonly name: string;
  readonly requested_url: string;
  readonly params: Record<string, string>;
  readonly signature: string;
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')) as Record<string, unknown>;
const recorded = read('twilio-signatures') as unknown as { auth_token: string; cases: Case[] };
const { published, own } = read('twilio_signature') as unknown as Record<
  'published' | 'own',
  { token: string; url: string; params: Record<string, string | string[]>; signature: string }[]
>;

function split(url: string) {
  const { origin } = new URL(url);
  return { publicUrl: origin, path: url.slice(url.indexOf('/', 'https://'.length)) };
}

function form(params: Readonly<Record<string, string | string[]>>): string {
  return new URLSearchParams(
    Object.entries(params).flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, each])),
  ).toString();
}

const settings = { publicUrl: 'https://hooks.example.com', authTokens: [recorded.auth_token] };
const [delivered] = recorded.cases;
const request = {
  path: '/webhooks/twilio/status?message=m1&tenant=t%2F1',
  signature: delivered?.signature,
  body: form(delivered?.params ?? {}),
};

test.each(recorded.cases)('takes what Twilio signed: $name', ({ requested_url, params, signature }) => {
  const { publicUrl, path } = split(requested_url);
  expect({ ...readSigned({ path, signature, body: form(params) }, { publicUrl, authTokens: [recorded.auth_token] }) }).toEqual(params);
});

test.each([...published.filter(({ params }) => Object.keys(params).length > 0), ...own])(
  'takes the published example of $url',
  ({ token, url, params, signature }) => {
    const { publicUrl, path } = split(url);
    expect(readSigned({ path, signature, body: form(params) }, { publicUrl, authTokens: [token] })).not.toBeNull();
  },
);

test.each([
  ['the signature of another address', { ...request, path: request.path.replace('m1', 'm2') }, settings],
  ['http where https is public', request, { ...settings, publicUrl: 'http://hooks.example.com' }],
  ['one changed field', { ...request, body: request.body.replace('delivered', 'sent') }, settings],
  ['one more field', { ...request, body: `${request.body}&ErrorCode=1` }, settings],
  ['no signature', { ...request, signature: undefined }, settings],
  ['an empty signature', { ...request, signature: '' }, settings],
  ['another token', request, { ...settings, authTokens: ['54321'] }],
  ['no token configured', request, { ...settings, authTokens: [] }],
])('refuses %s', (_what, asked, given) => {
  expect(readSigned(asked, given)).toBeNull();
});

test('takes the older of two tokens while one is rotated, and a public address with a slash at its end', () => {
  expect(readSigned(request, { publicUrl: 'https://hooks.example.com/', authTokens: ['new', recorded.auth_token] })).not.toBeNull();
});

test('has no field that nobody sent', () => {
  const read = readSigned(request, settings);
  expect(read && [field(read, 'MessageStatus'), field(read, 'toString'), field(read, '__proto__')]).toEqual(['delivered', null, null]);
});
