import {
  createKey,
  findKeyBySecret,
  type Key,
  type KeyKind,
  listKeys,
  lockKeysInUse,
  type NewKey,
  revokeKey,
  rotateKey,
} from '../store/keys.js';
import type { AppDeps } from './deps.js';

type Deps = Pick<AppDeps, 'store' | 'clock'>;

export type { KeyKind } from '../store/keys.js';

export async function isApiKey(deps: Pick<AppDeps, 'store'>, secret: string): Promise<boolean> {
  return (await findKeyBySecret(deps.store.db, 'api', secret)) !== null;
}

/** How long an answer about a write key counts, in real milliseconds: a revoked key opens nothing after that. */
const writeKeyTrustMs = 5_000;
const rememberedWriteKeys = 1_000;

/**
 * Tells whether a secret is a write key in use. Remembers the answer for five seconds, so that a busy client costs the store next to nothing, and a revoked
 * key stops within them.
 */
export function writeKeyCheck(deps: Deps): (secret: string) => Promise<boolean> {
  const remembered = new Map<string, { readonly isKey: boolean; readonly until: number }>();
  return async (secret) => {
    const now = deps.clock.realNow();
    const known = remembered.get(secret);
    if (known !== undefined && known.until > now) return known.isKey;
    const isKey = (await findKeyBySecret(deps.store.db, 'write', secret)) !== null;
    // Whoever guesses keys fills this; it is a cache, so it may be emptied.
    if (remembered.size >= rememberedWriteKeys) remembered.clear();
    remembered.set(secret, { isKey, until: now + writeKeyTrustMs });
    return isKey;
  };
}

/** Makes a key. Its secret is in the answer and nowhere else. */
export function makeKey(deps: Deps, kind: KeyKind, name: string): Promise<NewKey> {
  return createKey(deps.store.db, kind, { name, at: deps.clock.now() });
}

/** A new key in the place of an old one, which opens nothing from now on. Null: no such key, or revoked already. */
export function replaceKey(deps: Deps, kind: KeyKind, id: string): Promise<NewKey | null> {
  return deps.store.transaction((trx) => rotateKey(trx, kind, id, deps.clock.now()));
}

/** `unknown`: no such key, or revoked already. `last`: without this API key nobody could come back in to make another. */
type Revocation = 'revoked' | 'unknown' | 'last';

/** From now on the key opens nothing. */
export function withdrawKey(deps: Deps, kind: KeyKind, id: string, how: { readonly evenTheLast: boolean }): Promise<Revocation> {
  return deps.store.transaction(async (trx) => {
    const inUse = await lockKeysInUse(trx, kind);
    if (!inUse.includes(id)) return 'unknown';
    if (kind === 'api' && inUse.length === 1 && !how.evenTheLast) return 'last';
    await revokeKey(trx, kind, id, deps.clock.now());
    return 'revoked';
  });
}

/** The keys of a kind, without their secrets. */
export function showKeys(deps: Deps, kind: KeyKind): Promise<readonly Key[]> {
  return listKeys(deps.store.db, kind);
}

/** Secrets that a running instance hands to its owner's tools. */
interface InstanceKeys {
  readonly writeKey: string;
  readonly apiKey: string;
}

/** Those known already that still open something, and new ones in the place of the others. */
export async function keysForInstance(deps: Deps, known: InstanceKeys | null): Promise<InstanceKeys> {
  const usable = async (kind: KeyKind, secret: string | undefined, name: string): Promise<string> =>
    secret !== undefined && (await findKeyBySecret(deps.store.db, kind, secret)) !== null
      ? secret
      : (await makeKey(deps, kind, name)).secret;
  return {
    writeKey: await usable('write', known?.writeKey, 'first shop'),
    apiKey: await usable('api', known?.apiKey, 'command line'),
  };
}
