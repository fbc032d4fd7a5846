import { randomFillSync } from 'node:crypto';
import { ulid } from 'ulid';

/**
 * Random bytes fetched ahead: `ulid` asks for sixteen random characters an id, and to ask the system for each of them costs more than all
 * the rest.
 */
const pool = new Uint8Array(4096);
let used = pool.length;

function nextRandom(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const byte = pool[used] ?? 0;
  used += 1;
  return byte / 256;
}

/** A new id: a ULID in lower case, ordered by the millisecond in which it was made. */
export function newId(): string {
  return ulid(undefined, nextRandom).toLowerCase();
}
