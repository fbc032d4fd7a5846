import type { Instant } from '../time/instant.js';

/**
 * Order of what happened: instant; at the same instant additions, then removals, then snapshots (they tell the result); then the event's
 * id.
 */
export type Position = readonly [at: Instant, rank: number, eventId: string];
/** A value and where it was set; the later position wins, and what stands over others lies later than all of them. */
export type Register<T> = readonly [...Position, T];

export function comparePositions(a: Positioned, b: Positioned): number {
  return a[0] - b[0] || a[1] - b[1] || compareText(a[2], b[2]);
}

type Positioned = readonly [at: Instant, rank: number, eventId: string, ...rest: readonly unknown[]];

export function later(a: Position, b: Position): Position {
  return comparePositions(a, b) >= 0 ? a : b;
}

/** The earlier of two, where both are there. */
export function earlierOf(a: Position | null, b: Position | null): Position | null {
  return a === null || b === null ? (a ?? b) : comparePositions(a, b) <= 0 ? a : b;
}

export function newer<T>(a: Register<T>, b: Register<T>): Register<T> {
  return comparePositions(a, b) >= 0 ? a : b;
}

export function newerOf<T>(a: Register<T> | null, b: Register<T> | null): Register<T> | null {
  return a === null || b === null ? (a ?? b) : newer(a, b);
}

export function newerValue<T>(known: Register<T> | null, position: Position, value: T | null): Register<T> | null {
  return value === null ? known : newerOf(known, [...position, value]);
}

export function registerValue<T>(register: Register<T>): T {
  return register[3];
}

export function valueOf<T>(register: Register<T> | null): T | null {
  return register === null ? null : register[3];
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
