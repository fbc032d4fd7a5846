import { isRecord } from '../values/is-record.js';

/** What an act of consent says of itself, field by field. */
export type Fields = Readonly<Record<string, unknown>>;

export function text(value: unknown, limit = 4000): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, limit) : null;
}

/** The page of Segment's `context`. */
export function pageOf(context: Fields): string | null {
  const { page } = context;
  return isRecord(page) ? text(page['url'], 2000) : null;
}
