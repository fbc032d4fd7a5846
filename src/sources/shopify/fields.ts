import { isRecord } from '../../domain/values/is-record.js';
import type { Fields } from '../source.js';

/** Text, or a number as text; null: neither, or nothing. */
export function text(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return null;
  const trimmed = value.trim();
  return trimmed === '' ? null : trimmed;
}

export function record(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

export function records(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? (value as readonly unknown[]).filter(isRecord) : [];
}

/** The digits at the end of a global id (`gid://shopify/Order/820982911946154508`). Null: it is none. */
export function gidDigits(value: unknown): string | null {
  return /^gid:\/\/shopify\/\w+\/(\d{1,30})(?:[?/]|$)/.exec(text(value) ?? '')?.[1] ?? null;
}

/** The id of a thing of Shopify's, with all digits: of its global id where it has one. Null: it has no id. */
export function idOf(thing: Fields): string | null {
  return gidDigits(thing['admin_graphql_api_id']) ?? digits(thing['id']);
}

/** A number as Shopify names things by. Null: it is none. */
export function digits(value: unknown): string | null {
  const written = text(value);
  return written !== null && /^\d{1,30}$/.test(written) ? written : null;
}

/** A number that is written in full (E.164). Others name nobody. Null: it is none. */
export function fullPhone(value: unknown): string | null {
  const written = text(value);
  return written !== null && /^\+\d{7,15}$/.test(written) ? written : null;
}

/** An amount as Shopify writes it; null: it is none. */
export function amount(value: unknown): number | null {
  const written = text(value);
  if (written === null) return null;
  const number = Number(written);
  return Number.isFinite(number) ? number : null;
}

/** A sum in cents of a cent, so that 0.1 and 0.2 are 0.3. */
export function sum(amounts: readonly number[]): number {
  return Math.round(amounts.reduce((total, one) => total + one, 0) * 1e6) / 1e6;
}

/** What is given of these, so that what Shopify hides (null) replaces nothing. */
export function given(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}
