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

/** Where a page ends: the sort keys of its last item. Newest-first lists go on below it, so a list that grows at its top is read without gaps. */
export type Position = readonly (string | number)[];

/** Reads one item more than asked for, to know whether there is another page. */
export async function readPage<T>(
  request: PageRequest,
  read: (limit: number, after: Position | null) => Promise<readonly T[]>,
  positionOf: (item: T) => Position,
): Promise<Page<T>> {
  const rows = await read(request.limit + 1, decodeCursor(request.cursor));
  const items = rows.slice(0, request.limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > request.limit && last !== undefined ? encodeCursor(positionOf(last)) : null };
}

function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decodeCursor(cursor: string | null): Position | null {
  if (cursor === null) return null;
  const position = parse(cursor);
  if (!Array.isArray(position) || !position.every((key) => typeof key === 'string' || typeof key === 'number')) {
    throw new CursorError('This cursor is not one of ours: take nextCursor as it was given.');
  }
  return position;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
