import { setTimeout as sleep } from 'node:timers/promises';
import { hasKeyShape } from '../../domain/keys/key-shape.js';
import type { WriteKey } from '../../domain/keys/speaker.js';
import { hashOfKey, readWriteKeysInUse } from '../../store/write-keys.js';
import type { AppDeps } from '../deps.js';

/** How long what was read counts, in real milliseconds: a revoked key opens nothing after that. */
const trustMs = 5_000;
/** Offered unknown keys make us read the store at most this often, by the process's own clock. */
const rereadMs = 250;

/**
 * Finds the write key of a secret; null: it is not ours, or is revoked. All valid keys are read together, once in five seconds, and once
 * more for an unknown secret, because it may be new. So offered keys are never stored, and guessing costs the store almost nothing.
 */
export function writeKeysInUse(deps: Pick<AppDeps, 'store' | 'clock'>): (secret: string) => Promise<WriteKey | null> {
  let keys: ReadonlyMap<string, WriteKey> = new Map();
  let readReal = Number.NEGATIVE_INFINITY;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;

  async function read(): Promise<void> {
    await sleep(Math.max(0, readAt + rereadMs - performance.now()));
    readAt = performance.now();
    const real = deps.clock.realNow();
    keys = await readWriteKeysInUse(deps.store.db, deps.clock.now());
    readReal = real;
  }
  const readOnce = (): Promise<void> => (reading ??= read().finally(() => (reading = null)));

  return async (secret) => {
    if (!hasKeyShape('write', secret)) return null;
    const hash = hashOfKey(secret);
    const offeredAt = performance.now();
    if (deps.clock.realNow() - readReal >= trustMs) await readOnce();
    if (!keys.has(hash) && readAt < offeredAt) await readOnce();
    return keys.get(hash) ?? null;
  };
}
