import { cpuOfDescendants } from './processes.js';

/** What one round of a side came to. */
export interface Round {
  /** Units a second within the measured part. */
  readonly rate: number;
  readonly units: number;
  /** All units that were done in the round, those before and after the measured part among them. */
  readonly all: number;
}

/** A side of a comparison: runs for so many seconds and tells its rate. `prepare` makes what a round uses up. */
export interface Side {
  prepare?(seconds: number): Promise<void>;
  run(seconds: number): Promise<Round>;
}

export interface Comparison<Name extends string> {
  /** Median over the rounds. */
  readonly rates: Readonly<Record<Name, number>>;
  /** CPU milliseconds a unit, over all processes that take part; null where the system does not tell. */
  readonly cpuMs: Readonly<Record<Name, number | null>>;
  readonly rounds: Readonly<Record<Name, readonly number[]>>;
}

/** Plays the sides in turn, A-B-A-B, so that what else the machine does meets them alike. The first round of each only warms up. */
export async function interleave<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  { rounds, seconds, warmSeconds }: { readonly rounds: number; readonly seconds: number; readonly warmSeconds: number },
  onRound: (name: Name, round: Round) => void = () => {},
): Promise<Comparison<Name>> {
  const names = Object.keys(sides) as Name[];
  const all = new Map(names.map((name) => [name, [] as (Round & { readonly cpuMs: number | null })[]]));
  for (const name of names) {
    await sides[name].prepare?.(warmSeconds);
    await sides[name].run(warmSeconds);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      await sides[name].prepare?.(seconds);
      const before = cpuOfDescendants();
      const result = await sides[name].run(seconds);
      const after = cpuOfDescendants();
      all.get(name)?.push({ ...result, cpuMs: before === null || after === null ? null : (after - before) / result.all });
      onRound(name, result);
    }
  }
  const each = <T>(of: (rounds: readonly (Round & { readonly cpuMs: number | null })[]) => T) =>
    Object.fromEntries(names.map((name) => [name, of(all.get(name) ?? [])])) as Record<Name, T>;
  return {
    rates: each((rounds) => median(rounds.map(({ rate }) => rate))),
    cpuMs: each((rounds) => {
      const known = rounds.flatMap(({ cpuMs }) => (cpuMs === null ? [] : [cpuMs]));
      return known.length === 0 ? null : median(known);
    }),
    rounds: each((rounds) => rounds.map(({ rate }) => rate)),
  };
}

/** The median of the ratios of neighbouring rounds: what slowed the machine slowed both. */
export function ratioOf<Name extends string>({ rounds }: Comparison<Name>, ours: Name, theirs: Name): number {
  return median(rounds[ours].map((rate, index) => rate / (rounds[theirs][index] ?? Number.NaN)));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** The beginning of a round, while queues fill. */
const droppedShare = 0.15;

/**
 * A closed loop: `inFlight` callers, each beginning anew when its call ended, for `seconds`. Counts what ends after the first 15 %, and
 * waits for what is under way at the end without counting it. `once` answers how many units it did.
 */
export async function closedLoop(
  { inFlight, seconds }: { readonly inFlight: number; readonly seconds: number },
  once: (caller: number) => Promise<number>,
): Promise<Round> {
  const began = performance.now();
  const from = began + seconds * 1000 * droppedShare;
  const until = began + seconds * 1000;
  let units = 0;
  let all = 0;
  const caller = async (index: number): Promise<void> => {
    while (performance.now() < until) {
      const done = await once(index);
      all += done;
      const now = performance.now();
      if (now >= from && now < until) units += done;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, index) => caller(index)));
  return { rate: units / ((until - from) / 1000), units, all };
}
