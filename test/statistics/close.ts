import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** A file of test/vectors: inputs with expected outputs, each with a note that says how they were computed. */
export function vectorsOf<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** Equal to a relative tolerance; values of 0 to the same tolerance as a difference. Lists and records member by member. */
export function expectClose(actual: unknown, expected: unknown, tolerance: number, at = ''): void {
  if (Array.isArray(expected)) {
    expect(actual, at).toHaveLength(expected.length);
    expected.forEach((value, place) => expectClose((actual as readonly unknown[])[place], value, tolerance, `${at}[${place}]`));
    return;
  }
  if (typeof expected === 'object' && expected !== null) {
    for (const [name, value] of Object.entries(expected))
      expectClose((actual as Readonly<Record<string, unknown>>)[name], value, tolerance, name);
    return;
  }
  if (typeof expected !== 'number' || typeof actual !== 'number') {
    expect(actual, at).toBe(expected);
    return;
  }
  const off = Math.abs(actual - expected) / (expected === 0 ? 1 : Math.abs(expected));
  worst.set(at.replace(/\[.*/, ''), Math.max(worst.get(at.replace(/\[.*/, '')) ?? 0, off));
  expect(off, `${at}: ${actual} for ${expected}`).toBeLessThanOrEqual(tolerance);
}

/** The largest relative difference seen by name, for a look while developing. */
export const worst = new Map<string, number>();
