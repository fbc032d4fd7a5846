import type { Instant } from '../time/instant.js';
import type { CommerceLine } from './commerce-events.js';
import { comparePositions, newerOf, newerValue, type Position, type Register, valueOf } from './register.js';

/** What is known of one line of a cart, whatever the order in which its events came. */
export interface LineFold {
  readonly productId: string;
  readonly variant: string;
  /** The quantity known at a position; everything before it is forgotten. */
  readonly base: readonly [...Position, number] | null;
  /** Changes after the base, in order: position, then by how many. */
  readonly changes: readonly (readonly [...Position, number])[];
  /** When the line was first seen: lines are shown in this order. */
  readonly first: readonly [Instant, number];
  readonly name: Register<string> | null;
  readonly price: Register<number> | null;
  readonly currency: Register<string> | null;
  /** The currency that was said with a price, at that price's position. Absent: none was, or the fold is of a build before. */
  readonly priced?: Register<string>;
  readonly imageUrl: Register<string> | null;
  readonly url: Register<string> | null;
}

export function newLine(line: CommerceLine, at: Instant, index: number, snapshot: Position | null): LineFold {
  return {
    productId: line.productId,
    variant: line.variant,
    base: snapshot === null ? null : [...snapshot, 0],
    changes: [],
    first: [at, index],
    name: null,
    price: null,
    currency: null,
    imageUrl: null,
    url: null,
  };
}

/** The line with what the event says about the product; what it does not say stays. */
export function described(known: LineFold, line: CommerceLine, position: Position, index: number, worth: number): LineFold {
  const [at, rank, eventId] = position;
  const set: Position = [worth + at, rank, eventId];
  return {
    ...known,
    first: earlierFirst(known.first, [at, index]),
    name: newerValue(known.name, set, line.name),
    price: newerValue(known.price, set, line.price),
    ...pricedIn(newerValue(known.priced ?? null, set, line.price === null ? null : line.currency)),
    currency: newerValue(known.currency, set, line.currency),
    imageUrl: newerValue(known.imageUrl, set, line.imageUrl),
    url: newerValue(known.url, set, line.url),
  };
}

function pricedIn(priced: Register<string> | null): Pick<LineFold, 'priced'> {
  return priced === null ? {} : { priced };
}

/** What one costs in the line's present currency. Null: nobody said, or it was said in another currency than the line is in by now. */
export function priceOf({ price, priced, currency }: LineFold): number | null {
  if (price === null) return null;
  const isSaidWithIt = priced !== undefined && comparePositions(priced, price) === 0;
  if (!isSaidWithIt || currency === null || comparePositions(currency, price) <= 0) return valueOf(price);
  return valueOf(currency) === valueOf(priced) ? valueOf(price) : null;
}

export function setQuantity(line: LineFold, position: Position, quantity: number): LineFold {
  if (line.base !== null && comparePositions(line.base, position) >= 0) return line;
  return { ...line, base: [...position, quantity], changes: line.changes.filter((change) => comparePositions(change, position) > 0) };
}

export function emptiedBefore(line: LineFold, position: Position): LineFold {
  return setQuantity(line, position, 0);
}

/** So many changes of one line are kept; then the oldest become its base, and what is older still and not here yet is lost. */
const maxChanges = 200;

export function changed(line: LineFold, position: Position, by: number): LineFold {
  if (line.base !== null && comparePositions(line.base, position) >= 0) return line;
  if (line.changes.some((change) => comparePositions(change, position) === 0)) return line;
  const changes = [...line.changes, [...position, by] as const].sort(comparePositions);
  const next = { ...line, changes };
  return changes.length > maxChanges ? compacted(next, maxChanges / 2) : next;
}

function compacted(line: LineFold, keep: number): LineFold {
  const folded = line.changes.slice(0, line.changes.length - keep);
  const last = folded.at(-1);
  if (last === undefined) return line;
  const [at, rank, eventId] = last;
  return { ...line, base: [at, rank, eventId, quantityOf({ ...line, changes: folded })], changes: line.changes.slice(-keep) };
}

export function mergeLines(a: LineFold, b: LineFold): LineFold {
  const base = a.base === null || b.base === null ? (a.base ?? b.base) : comparePositions(a.base, b.base) >= 0 ? a.base : b.base;
  const changes = b.changes.reduce<LineFold['changes']>(
    (all, change) => (all.some((other) => comparePositions(other, change) === 0) ? all : [...all, change]),
    a.changes,
  );
  return {
    ...a,
    base,
    changes: changes.filter((change) => base === null || comparePositions(change, base) > 0).sort(comparePositions),
    first: earlierFirst(a.first, b.first),
    name: newerOf(a.name, b.name),
    price: newerOf(a.price, b.price),
    ...pricedIn(newerOf(a.priced ?? null, b.priced ?? null)),
    currency: newerOf(a.currency, b.currency),
    imageUrl: newerOf(a.imageUrl, b.imageUrl),
    url: newerOf(a.url, b.url),
  };
}

/** Never below nothing: a removal of more than there is empties the line. */
export function quantityOf(line: LineFold): number {
  return line.changes.reduce((quantity, [, , , by]) => Math.max(0, quantity + by), line.base?.[3] ?? 0);
}

/** An event may name a line twice; together they are one. */
export function sumByLine(lines: readonly CommerceLine[]): readonly CommerceLine[] {
  const sums = new Map<string, CommerceLine>();
  for (const line of lines) {
    const key = lineKey(line.productId, line.variant);
    const known = sums.get(key);
    const quantity = line.quantity === null || known?.quantity === null ? null : (known?.quantity ?? 0) + line.quantity;
    sums.set(key, { ...line, quantity });
  }
  return [...sums.values()];
}

/** What tells two lines apart, as text. */
export function lineKey(productId: string, variant: string): string {
  return JSON.stringify([productId, variant]);
}

function earlierFirst(a: readonly [Instant, number], b: readonly [Instant, number]): readonly [Instant, number] {
  return a[0] < b[0] || (a[0] === b[0] && a[1] <= b[1]) ? a : b;
}
