import {
  createKey,
  findWriteKey,
  type KeyKind,
  type ListedWriteKey,
  listWriteKeys,
  lockKeysInUse,
  type NewKey,
  revokeKey,
  rotateKey,
} from '../store/keys.js';
import type { WriteKeyKind } from '../domain/speaker.js';
import type { AppDeps } from './deps.js';
import { apiKeyForInstance } from './manage-api-keys.js';

type Deps = Pick<AppDeps, 'store' | 'clock'>;

export type { KeyKind, ListedWriteKey } from '../store/keys.js';

/** A new write key: for browsers, who show it to everybody, or for the shop's own servers. The secret is told this once. */
export function makeWriteKey(deps: Deps, kind: WriteKeyKind, name: string): Promise<NewKey> {
  return createKey(deps.store.db, 'write', { name, kind, at: deps.clock.now() });
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

/** The write keys, without their secrets. */
export function showWriteKeys(deps: Deps): Promise<readonly ListedWriteKey[]> {
  return listWriteKeys(deps.store.db);
}

/** Secrets that a running instance hands to its owner's tools. */
interface InstanceKeys {
  /** A server key. */
  readonly writeKey: string;
  readonly browserKey: string;
  readonly apiKey: string;
}

/** Those known already that still open something, and new ones in the place of the others. */
export async function keysForInstance(
  deps: Deps,
  known: { readonly writeKey: string; readonly browserKey?: string | null; readonly apiKey: string } | null,
): Promise<InstanceKeys> {
  const usable = async (kind: WriteKeyKind, secrets: readonly (string | null | undefined)[], name: string): Promise<string> => {
    for (const secret of secrets)
      if (typeof secret === 'string' && (await findWriteKey(deps.store.db, secret))?.kind === kind) return secret;
    return (await makeWriteKey(deps, kind, name)).secret;
  };
  return {
    writeKey: await usable('server', [known?.writeKey], 'first shop'),
    // The write key of before there were two kinds is a browser key.
    browserKey: await usable('browser', [known?.browserKey, known?.writeKey], 'first browser'),
    apiKey: await apiKeyForInstance(deps, known?.apiKey),
  };
}
