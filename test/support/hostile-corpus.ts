import { readFileSync } from 'node:fs';
import { isRecord } from '../../src/domain/values/is-record.js';

/** A kind of value: a file of `test/corpus/hostile`. */
export const hostileKinds = ['zones', 'names', 'numbers', 'dates', 'urls', 'locales', 'countries', 'ids', 'emails', 'phones'] as const;
export type HostileKind = (typeof hostileKinds)[number];

/** One value as it stands in a body. */
export interface HostileValue {
  readonly kind: HostileKind;
  /** JSON, put into bodies as it is. */
  readonly json: string;
  /** What a program that reads the body makes of it; numbers may have lost digits. */
  readonly value: unknown;
}

interface Written {
  readonly raw?: string;
  readonly repeat?: string;
  readonly times?: number;
  readonly before?: string;
  readonly after?: string;
}

/** The values of a kind, in the order of their file. */
export function hostileValues(kind: HostileKind): readonly HostileValue[] {
  const { values } = JSON.parse(readFileSync(`test/corpus/hostile/${kind}.json`, 'utf8')) as { readonly values: readonly unknown[] };
  return values.map((written) => {
    const json = jsonOf(written);
    return { kind, json, value: JSON.parse(json) as unknown };
  });
}

function jsonOf(written: unknown): string {
  const { raw, repeat, times = 1, before = '', after = '' } = (isRecord(written) ? written : {}) as Written;
  if (raw !== undefined) return raw;
  return JSON.stringify(repeat === undefined ? written : `${before}${repeat.repeat(times)}${after}`);
}

/** A value that is put into a body as JSON of its own. */
export class Verbatim {
  constructor(readonly json: string) {}
}

/** JSON of a body with such values in it. */
export function bodyOf(value: unknown): string {
  if (value instanceof Verbatim) return value.json;
  if (Array.isArray(value)) return `[${value.map(bodyOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return `{${Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => `${JSON.stringify(key)}:${bodyOf(inner)}`)
    .join(',')}}`;
}
