import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callerAddress } from '../../src/api/caller-address.js';
import { signLink } from '../../src/domain/keys/link-token.js';
import { readConsents } from '../../src/store/profiles-read.js';
import { testApi } from '../support/api.js';
import { reminded } from '../support/reminded.js';
import { openMemoryStore } from '../support/stores.js';

/** What is kept of a request from this peer, with these headers, by a server that trusts these proxies. */
async function kept(trustedProxies: readonly string[] | null, peer: string, headers: Readonly<Record<string, string>>): Promise<unknown> {
  const server = fastify({ trustProxy: trustedProxies === null ? false : [...trustedProxies] });
  server.get('/', (request) => ({ address: callerAddress(request) }));
  const response = await server.inject({ url: '/', remoteAddress: peer, headers });
  return response.json<{ readonly address: unknown }>().address;
}

const told = (addresses: string) => ({ 'x-forwarded-for': addresses });
const person = '198.51.100.23';
const forged = '192.0.2.99';

test.each<[string, string, Readonly<Record<string, string>>, string | null]>([
  ['a person who comes without one', person, {}, person],
  ['a person who comes without one over IPv6', '2001:db8::7', {}, '2001:db8::7'],
  ['a person as a socket for both families names them', `::ffff:${person}`, {}, person],
  ['a header that anybody may write', person, told(forged), null],
  ['the newer header that anybody may write', person, { forwarded: `for=${forged}` }, null],
  ['a proxy on this machine', '127.0.0.1', told(person), null],
  ['a proxy on this machine over IPv6', '::1', {}, null],
  ['a proxy on this machine, as a socket for both families names it', '::ffff:127.0.0.1', {}, null],
  ['a proxy in a network of our own', '10.1.2.3', {}, null],
  ['a bridge of containers', '172.18.0.1', {}, null],
  ['a router at home', '192.168.1.1', {}, null],
  ['a balancer in shared space', '100.64.0.9', {}, null],
  ['a link of this machine', '169.254.1.1', {}, null],
  ['a local network over IPv6', 'fd12::1', {}, null],
  ['a link over IPv6', 'fe80::1', {}, null],
])('without a trusted proxy, of %s', async (_name, peer, headers, expected) => {
  expect(await kept(null, peer, headers)).toBe(expected);
});

test.each<[string, string, Readonly<Record<string, string>>, string | null]>([
  ['whom the proxy tells', '10.0.0.5', told(person), person],
  ['whom it tells, as a socket for both families names it', '::ffff:10.0.0.5', told(person), person],
  ['whom it tells over IPv6', '10.0.0.5', told('2001:db8::7'), '2001:db8::7'],
  ['whom it tells with a port', '10.0.0.5', told(`${person}:50123`), person],
  ['whom it tells with a port over IPv6', '10.0.0.5', told('[2001:db8::7]:50123'), '2001:db8::7'],
  ['whom the outer of two proxies tells', '10.0.0.5', told(`${person}, 203.0.113.8`), person],
  ['what the person wrote before the proxy added to it', '10.0.0.5', told(`${forged}, ${person}`), person],
  ['a proxy that tells nobody', '203.0.113.8', {}, null],
  ['a proxy that tells what is no address', '10.0.0.5', told('unknown'), null],
  ['another proxy of ours that nobody named', '10.0.0.5', told(`${person}, 10.0.0.77`), null],
  ['who goes past the proxy and writes the header', person, told(forged), null],
])('with trusted proxies, of %s', async (_name, peer, headers, expected) => {
  expect(await kept(['10.0.0.5', '203.0.113.0/24'], peer, headers)).toBe(expected);
});

describe('a yes in the preference centre, which the phone has yet to confirm', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  let sent: Awaited<ReturnType<typeof reminded>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
    sent = await reminded(opened.store);
  });
  afterAll(() => opened.dispose());

  test.each([
    ['without an address where nobody is trusted to tell it', 'marketing', {}, null],
    ['with the address that a trusted proxy tells', 'cart_reminder', { trustedProxies: ['10.0.0.5'] }, person],
  ])('is kept %s', async (_name, topic, overrides, ip) => {
    const { server } = await testApi(sent.deps, overrides);
    const saved = await server.inject({
      method: 'POST',
      url: `/p/${signLink(sent.deps.secret, { purpose: 'preferences', id: sent.messageId })}`,
      remoteAddress: '10.0.0.5',
      headers: { ...told(`${forged}, ${person}`), 'content-type': 'application/x-www-form-urlencoded' },
      payload: `sms.${topic}=on&save=choice`,
    });
    expect(saved.statusCode).toBe(200);
    const acts = await readConsents(opened.store.db, sent.profileId);
    expect(acts.findLast((act) => act.channel === 'sms' && act.topic === topic && act.state === 'pending')).toMatchObject({ ip });
  });
});
