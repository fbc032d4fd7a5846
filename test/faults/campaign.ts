import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from './scene.js';

/** One kind of trouble, made on purpose, and what must hold through it. Listed in main.ts. */
export interface Campaign {
  readonly name: string;
  /** What is done, in a sentence. */
  readonly title: string;
  /** Journeys of the project, by id, as YAML. */
  readonly journeys: Readonly<Record<string, string>>;
  /** Puts into the project's folder what else the campaign needs. */
  readonly prepare?: (project: string) => Promise<void>;
  /** Given up after this many real milliseconds, and failed. */
  readonly limitMs: number;
  run(scene: Scene): Promise<Findings>;
}

export interface Findings {
  /** What was seen, in the order of the table. */
  readonly seen: Readonly<Record<string, string | number>>;
  /** Sentences about what did not hold; none when all did. */
  readonly problems: readonly string[];
}

/** Looks again until the answer is true; throws a sentence after `withinMs`. */
export async function until(what: string, withinMs: number, isSo: () => Promise<boolean>, everyMs = 500): Promise<void> {
  for (const began = performance.now(); !(await isSo()); await sleep(everyMs))
    if (performance.now() - began > withinMs) throw new Error(`Waited ${Math.round(withinMs / 1000)} s in vain: ${what}.`);
}

/** The value below which a share of them lies (nearest rank); NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Counts how often each occurs. */
export function tally(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
