import { normalQuantile } from './special.js';

/** A source of chance: the next number in [0, 1). The caller passes it in and keeps the seed, so that a result can be computed again. */
export type Random = () => number;

/** mulberry32 (T. Ettinger, public domain): 2³² states, enough for simulations and resampling, never for secrets. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A draw of the standard normal distribution, by inversion: one number of `random` each. */
export function drawNormal(random: Random): number {
  return normalQuantile(random() + 2 ** -33);
}

/** How many of `people` act, each with the chance `rate`: exact, by the gaps between those who do (geometric), so rare acts cost little. */
export function drawBinomial(random: Random, people: number, rate: number): number {
  if (rate <= 0) return 0;
  if (rate >= 1) return people;
  const lnMiss = Math.log1p(-rate);
  let hits = 0;
  for (let at = gap(random, lnMiss); at < people; at += 1 + gap(random, lnMiss)) hits += 1;
  return hits;
}

function gap(random: Random, lnMiss: number): number {
  return Math.floor(Math.log1p(-random()) / lnMiss);
}
