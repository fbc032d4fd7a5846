/**
 * The hash behind assignment: GrowthBook's version 2, (fnv1a(String(fnv1a(seed + unit))) mod 10,000) / 10,000, over UTF-16 code units. Seed
 * first, and hashed twice: with the unit first two experiments of 50/50 depend on each other. Seeds and units are ASCII, since other
 * languages hash UTF-8. Source: Fowler, Noll & Vo (1991); GrowthBook SDK 0.8.0.
 *
 * @example unitHash('exp:welcome', 'prof_000001') // 0.5319
 */
export function unitHash(seed: string, unit: string): number {
  return (fnv1a32(String(fnv1a32(seed + unit))) % 10_000) / 10_000;
}

/** FNV-1a, 32 bits, as a whole number from 0. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}

/** A number in [0, 1) with 2³² steps, for shares under 0.1 %: MurmurHash3 x86, 32 bits, of seed and unit as UTF-8 (Appleby 2011). */
export function fineHash(seed: string, unit: string): number {
  return murmur3(new TextEncoder().encode(seed + unit), 0) / 2 ** 32;
}

/** MurmurHash3 x86, 32 bits, as a whole number from 0. */
export function murmur3(bytes: Uint8Array, seed: number): number {
  const whole = bytes.length - (bytes.length % 4);
  let hash = seed >>> 0;
  for (let at = 0; at < whole; at += 4) {
    hash = rotated(hash ^ scrambled(wordAt(bytes, at, 4)), 13);
    hash = (Math.imul(hash, 5) + 0xe6546b64) >>> 0;
  }
  hash ^= scrambled(wordAt(bytes, whole, bytes.length - whole));
  return finished(hash ^ bytes.length);
}

/** Up to four bytes, the lowest first. */
function wordAt(bytes: Uint8Array, from: number, count: number): number {
  let word = 0;
  for (let at = 0; at < count; at += 1) word |= (bytes[from + at] ?? 0) << (8 * at);
  return word;
}

function scrambled(word: number): number {
  return Math.imul(rotated(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function finished(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
