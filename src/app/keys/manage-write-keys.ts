import { refusalWords } from '../../domain/keys/key-refusal.js';
import type { WriteKeyKind } from '../../domain/keys/speaker.js';
import type { Instant } from '../../domain/time/instant.js';
import { readKeyRefusals } from '../../store/key-refusals.js';
import {
  createWriteKey,
  findWriteKey,
  type ListedWriteKey,
  listWriteKeys,
  type NewWriteKey,
  revokeWriteKey,
  rotateWriteKey,
} from '../../store/write-keys.js';
import type { AppDeps } from '../deps.js';
import { apiKeyForInstance } from './manage-api-keys.js';

type Deps = Pick<AppDeps, 'store' | 'clock'>;

/** A new write key: for browsers, which show it to everyone, or for the shop's own servers. The secret is returned only here. */
export function makeWriteKey(deps: Deps, kind: WriteKeyKind, name: string): Promise<NewWriteKey> {
  return createWriteKey(deps.store.db, { name, kind, at: deps.clock.now() });
}

/**
 * A new key in the place of an old one. The old one goes on for `overlapMs`, so that pages and servers can change over. Null: no such key
 * in use.
 */
export function replaceWriteKey(
  deps: Deps,
  id: string,
  overlapMs: number,
): Promise<(NewWriteKey & { readonly oldEndsAt: Instant }) | null> {
  const at = deps.clock.now();
  return deps.store.transaction((trx) => rotateWriteKey(trx, id, { at, endsAt: at + overlapMs }));
}

/** From now on the key opens nothing. False: no such key in use. */
export function withdrawWriteKey(deps: Deps, id: string): Promise<boolean> {
  return revokeWriteKey(deps.store.db, id, deps.clock.now());
}

/** A write key, and what it tried that a browser key may not. */
export interface ShownWriteKey extends ListedWriteKey {
  readonly refused: readonly {
    readonly code: string;
    /** For people. */
    readonly what: string;
    readonly count: number;
    readonly lastAt: Instant;
  }[];
}

/** The write keys, without their secrets. */
export async function showWriteKeys({ store }: Pick<AppDeps, 'store'>): Promise<readonly ShownWriteKey[]> {
  const [keys, refusals] = await Promise.all([listWriteKeys(store.db), readKeyRefusals(store.db)]);
  return keys.map((key) => ({
    ...key,
    refused: refusals
      .filter(({ keyId }) => keyId === key.id)
      .map(({ what: code, n: count, lastAt }) => ({ code, what: refusalWords(code), count, lastAt })),
  }));
}

/**
 * Of keys of before there were two kinds that still open something: what they tried and may not, in a sentence each. Keys that stay within
 * a browser's bounds are none of them.
 */
export async function warnOfOldKeys(deps: Deps): Promise<readonly string[]> {
  const now = deps.clock.now();
  const old = (await showWriteKeys(deps)).filter(
    ({ isOld, revokedAt, endsAt, refused }) => isOld && revokedAt === null && (endsAt === null || endsAt > now) && refused.length > 0,
  );
  return old.map(({ id, name, refused }) => {
    const acts = refused.map(({ what, count, lastAt }) => `${count} × ${what} (last ${new Date(lastAt).toISOString()})`);
    return `The write key "${name}" (${id}) is of before there were two kinds, so it is a browser key, and did what a browser key may not: ${acts.join('; ')}. If a server of yours uses it: sojourn write-key create <name> --server. If none does, look: sojourn write-key acts ${id}.`;
  });
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
      if (typeof secret === 'string' && (await findWriteKey(deps.store.db, secret, deps.clock.now()))?.kind === kind) return secret;
    return (await makeWriteKey(deps, kind, name)).secret;
  };
  return {
    writeKey: await usable('server', [known?.writeKey], 'first shop'),
    // The write key of before there were two kinds is a browser key.
    browserKey: await usable('browser', [known?.browserKey, known?.writeKey], 'first browser'),
    apiKey: await apiKeyForInstance(deps, known?.apiKey),
  };
}
