import { highestVersion } from '../domain/values/highest-version.js';

/** A page of a list. `nextCursor` is opaque; null on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | null;
}

/** A cursor that this service did not make. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}

const keys = {
  instant: (key: unknown) => typeof key === 'number' && Number.isInteger(key) && key >= 0 && key <= latestInstant,
  /** A number that the store counts on. */
  serial: (key: unknown) => typeof key === 'number' && Number.isSafeInteger(key) && key >= 0,
  /** A number of a version. */
  version: (key: unknown) => typeof key === 'number' && Number.isInteger(key) && key >= 0 && key <= highestVersion,
  id: (key: unknown) => typeof key === 'string' && key.length <= 255 && !/[\0\p{Cs}]/u.test(key),
} as const;
type KeyKind = keyof typeof keys;

const latestInstant = 8_640_000_000_000_000;

/**
 * Where a page ends: the sort keys of its last item. Newest-first lists go on below it, so a list that grows at its top is read without
 * gaps.
 */
type Position<Kinds extends readonly KeyKind[]> = { readonly [Key in keyof Kinds]: Kinds[Key] extends 'id' ? string : number };

/** Reads one item more than asked for, to know whether there is another page. `kinds`: what a position of this list is made of. */
export async function readPage<T, const Kinds extends readonly KeyKind[]>(
  request: PageRequest,
  kinds: Kinds,
  read: (limit: number, after: Position<Kinds> | null) => Promise<readonly T[]>,
  positionOf: (item: T) => Position<Kinds>,
): Promise<Page<T>> {
  const rows = await read(request.limit + 1, decodeCursor(request.cursor, kinds));
  const items = rows.slice(0, request.limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > request.limit && last !== undefined ? encodeCursor(positionOf(last)) : null };
}

function encodeCursor(position: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decodeCursor<Kinds extends readonly KeyKind[]>(cursor: string | null, kinds: Kinds): Position<Kinds> | null {
  if (cursor === null) return null;
  const position = parse(cursor);
  if (!Array.isArray(position) || position.length !== kinds.length || !kinds.every((kind, index) => keys[kind](position[index]))) {
    throw new CursorError('This cursor is not one of ours: take nextCursor as it was given.');
  }
  return position as unknown as Position<Kinds>;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
