import { createHmac } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';
import { sql } from 'kysely';
import { makeWriteKey } from '../../src/app/keys/manage-write-keys.js';
import type { WriteKeyKind } from '../../src/domain/keys/speaker.js';
import { userTokenSecret } from '../../src/domain/keys/user-token.js';
import { createApiKey } from '../../src/store/api-keys.js';
import { testApi } from './api.js';
import { eventDoors } from './segment.js';
import { type OpenedStore, openMemoryStore, resetTables } from './stores.js';
import { turnDeps } from './turns.js';

export type ShopDoor = Awaited<ReturnType<typeof openShopDoor>>;

interface Profile {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly identities: readonly { readonly kind: string; readonly value: string }[];
  readonly carts: readonly { readonly token: string; readonly lines: readonly unknown[] }[];
  readonly orders: readonly { readonly orderId: string }[];
  readonly claims: readonly { readonly kind: string; readonly value: string }[];
  readonly consents: {
    readonly now: readonly { readonly channel: string; readonly topic: string; readonly granted: boolean; readonly cause: string }[];
    readonly acts: readonly { readonly seq: number; readonly state: string; readonly topic: string }[];
  };
}

/** The event paths and the API over an empty store, with a key of each kind; driven over HTTP as anybody would. */
export async function openShopDoor(
  overrides: Parameters<typeof turnDeps>[1] = {},
  open: () => Promise<OpenedStore> = openMemoryStore,
  /** Doors beside those of events. */
  more: (deps: ReturnType<typeof turnDeps>) => readonly FastifyPluginAsync[] = () => [],
) {
  const opened = await open();
  const deps = turnDeps(opened.store, overrides);
  const { server } = await testApi(deps, { plugins: [...eventDoors(deps), ...more(deps)] });
  let apiKey = '';
  const keyOf = async (kind: WriteKeyKind, name: string = kind) => {
    const { key, secret } = await makeWriteKey(deps, kind, name);
    return { id: key.id, secret };
  };
  let keys = { browser: { id: '', secret: '' }, shop: { id: '', secret: '' } };
  let sent = 0;

  async function call(method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) {
    const headers = { authorization: `Bearer ${apiKey}` };
    const answer = await server.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
  }

  async function post(key: string, path: string, body: object) {
    const answer = await server.inject({
      method: 'POST',
      url: `/v1/${path}`,
      headers: { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` },
      payload: JSON.stringify(body),
    });
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>(), headers: answer.headers };
  }

  /** Sends one event; its `messageId` is made up where it has none. */
  const send = (key: string, type: string, event: object) => {
    deps.clock.pass(1_000);
    return post(key, type, { messageId: `made-${++sent}`, ...event });
  };

  return {
    deps,
    store: opened.store,
    server,
    call,
    keyOf,
    get browser() {
      return keys.browser;
    },
    get apiKey() {
      return apiKey;
    },
    get shop() {
      return keys.shop;
    },
    /** An empty store, and new keys. What was remembered of the old ones is forgotten. */
    begin: async () => {
      await resetTables(opened.store);
      deps.clock.pass(10_000);
      apiKey = (await createApiKey(opened.store.db, { name: 'test', scopes: ['admin'], at: deps.clock.now() })).secret;
      keys = { browser: await keyOf('browser'), shop: await keyOf('server', 'shop') };
    },
    post,
    /** By the browser key. */
    says: (type: string, event: object) => send(keys.browser.secret, type, event),
    /** By the server key. */
    tells: (type: string, event: object) => send(keys.shop.secret, type, event),
    person: async (by: { readonly userId: string } | { readonly anonymousId: string }): Promise<Profile | null> => {
      const [[name, value] = ['', '']] = Object.entries(by);
      const found = await call('GET', `/v1/profiles?${name}=${encodeURIComponent(value)}`);
      return ((found.body as { items: Profile[] }).items[0] as Profile | undefined) ?? null;
    },
    /** What `event show` notes. */
    notes: async (messageId: string): Promise<readonly string[]> => {
      const shown = await call('GET', `/v1/events/${encodeURIComponent(messageId)}`);
      const { effects } = shown.body as { effects: readonly { result: string; reason: string }[] };
      return effects.filter(({ result }) => result === 'note').map(({ reason }) => reason);
    },
    /** What the audit log has of an act. */
    audited: (act: string) =>
      sql<{
        profile_ids: readonly string[];
        subject: string | null;
      }>`select profile_ids, subject from audit_log where act = ${act} order by seq`.execute(opened.store.db),
    token: (claims: object, secret = userTokenSecret(deps.secret.first, 1)) => signToken(claims, secret),
    realSeconds: () => Math.floor(deps.clock.realNow() / 1000),
    close: async () => {
      await server.close();
      await opened.dispose();
    },
  };
}

/** A JWT as any shop's library makes it. */
export function signToken(claims: object, secret: string, header: object = { alg: 'HS256', typ: 'JWT' }): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
