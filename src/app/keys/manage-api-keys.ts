import { opens, type Scope } from '../../domain/keys/scopes.js';
import type { Instant } from '../../domain/time/instant.js';
import {
  type ApiKey,
  createApiKey,
  endApiKey,
  findApiKeyBySecret,
  listApiKeys,
  lockUnrevokedApiKeys,
  type NewApiKey,
  revokeApiKeys,
  scopeApiKey,
} from '../../store/api-keys.js';
import type { Trx } from '../../store/db.js';
import type { AppDeps } from '../deps.js';

export type { ApiKey } from '../../store/api-keys.js';

type Deps = Pick<AppDeps, 'store' | 'clock'>;

/** `unknown`: no key, or one that was revoked. */
export type Recognition = { readonly kind: 'known' | 'expired'; readonly key: ApiKey } | { readonly kind: 'unknown' };

/** Asked of the store each time: a key that is revoked opens nothing from that moment. */
export async function recognizeApiKey(deps: Deps, secret: string): Promise<Recognition> {
  const key = await findApiKeyBySecret(deps.store.db, secret);
  if (key === null || key.revokedAt !== null) return { kind: 'unknown' };
  return { kind: hasExpired(key, deps.clock.now()) ? 'expired' : 'known', key };
}

export function showApiKeys(deps: Deps): Promise<readonly ApiKey[]> {
  return listApiKeys(deps.store.db);
}

interface Wanted {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Instant | null;
}

type Making = { readonly kind: 'made'; readonly made: NewApiKey } | { readonly kind: 'refused'; readonly reason: string };

/** Makes a key. `by`: the key that asks; what it makes does not outlive it. */
export async function makeApiKey(deps: Deps, wanted: Wanted, by: ApiKey | null): Promise<Making> {
  const now = deps.clock.now();
  if (wanted.expiresAt !== null && wanted.expiresAt <= now)
    return { kind: 'refused', reason: 'The end of the key is in the past: name a later one.' };
  const last = by?.expiresAt ?? null;
  if (last !== null && wanted.expiresAt !== null && wanted.expiresAt > last)
    return {
      kind: 'refused',
      reason: `A key does not outlive the one that makes it, which ends at ${new Date(last).toISOString()}. Name an earlier end, or make it with a key that lasts longer.`,
    };
  const made = await createApiKey(deps.store.db, {
    ...wanted,
    expiresAt: wanted.expiresAt ?? last,
    parentId: by?.id ?? null,
    at: now,
  });
  return { kind: 'made', made };
}

/**
 * A key of the same name and scopes in the place of another, with as long a life as that had. The old one goes on for `overlapMs`, so that
 * its users can change over. Null: no such key in use.
 */
export function replaceApiKey(deps: Deps, id: string, overlapMs: number, by: ApiKey | null): Promise<(NewApiKey & Ending) | null> {
  return deps.store.transaction(async (trx) => {
    const now = deps.clock.now();
    const old = (await lockUnrevokedApiKeys(trx)).find((key) => key.id === id && !hasExpired(key, now));
    if (old === undefined) return null;
    const life = old.expiresAt === null ? null : now + (old.expiresAt - old.createdAt);
    const made = await createApiKey(trx, {
      name: old.name,
      scopes: old.scopes,
      expiresAt: earlier(life, by?.expiresAt ?? null),
      parentId: by?.id ?? null,
      replaces: old.id,
      at: now,
    });
    return { ...made, oldEndsAt: await end(trx, old, now + overlapMs, now) };
  });
}

interface Ending {
  /** When the old key opens nothing any more; now at the earliest. */
  readonly oldEndsAt: Instant;
}

async function end(trx: Trx, old: ApiKey, at: Instant, now: Instant): Promise<Instant> {
  if (at <= now) {
    await revokeApiKeys(trx, [old.id], now);
    return now;
  }
  await endApiKey(trx, old.id, at);
  return earlier(old.expiresAt, at) ?? at;
}

/** `last`: without it no key would open everything, and nobody could make another. */
type Revocation =
  | { readonly kind: 'revoked'; readonly also: readonly ApiKey[]; readonly left: readonly ApiKey[] }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'last' };

/**
 * Ends the key. `withDescendants`: also the keys that it made, directly or through others; use it for a key that was stolen. Without it
 * they are returned (`left`).
 */
export function withdrawApiKey(
  deps: Deps,
  id: string,
  how: { readonly evenTheLast: boolean; readonly withDescendants: boolean },
): Promise<Revocation> {
  return deps.store.transaction(async (trx) => {
    const now = deps.clock.now();
    const unrevoked = await lockUnrevokedApiKeys(trx);
    if (!unrevoked.some((key) => key.id === id)) return { kind: 'unknown' };
    const all = await listApiKeys(trx);
    const made = descendantsOf(all, id).filter((key) => key.revokedAt === null && !hasExpired(key, now));
    const ends = new Set([id, ...(how.withDescendants ? made.map((key) => key.id) : [])]);
    const isOpen = (key: ApiKey): boolean => opens(key.scopes, 'admin') && !hasExpired(key, now);
    const remains = unrevoked.some((key) => isOpen(key) && !ends.has(key.id));
    if (!remains && unrevoked.some((key) => isOpen(key)) && !how.evenTheLast) return { kind: 'last' };
    await revokeApiKeys(trx, [...ends], now);
    return { kind: 'revoked', also: how.withDescendants ? made : [], left: how.withDescendants ? [] : made };
  });
}

/** Those that a key made, and those that these made, through revoked ones too. */
function descendantsOf(keys: readonly ApiKey[], id: string): readonly ApiKey[] {
  const found = new Map<string, ApiKey>();
  const look = (parent: string): void => {
    for (const key of keys)
      if (key.parentId === parent && key.id !== id && !found.has(key.id)) {
        found.set(key.id, key);
        look(key.id);
      }
  };
  look(id);
  return [...found.values()];
}

/**
 * The key of a data folder, or another in its place where it opens not everything any more. One that had no scopes is given all of them: it
 * is known whose it is.
 */
export async function apiKeyForInstance(deps: Deps, known: string | undefined): Promise<string> {
  const recognized = known === undefined ? null : await recognizeApiKey(deps, known);
  if (known !== undefined && recognized?.kind === 'known' && opens(recognized.key.scopes, 'admin')) {
    if (recognized.key.isOfOldKind) await scopeApiKey(deps.store.db, recognized.key.id, ['admin']);
    return known;
  }
  const { secret } = await createApiKey(deps.store.db, { name: 'command line', scopes: ['admin'], at: deps.clock.now() });
  return secret;
}

function hasExpired(key: ApiKey, now: Instant): boolean {
  return key.expiresAt !== null && key.expiresAt <= now;
}

function earlier(one: Instant | null, other: Instant | null): Instant | null {
  return one === null ? other : other === null ? one : Math.min(one, other);
}
