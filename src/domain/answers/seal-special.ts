import { isSealed, open, type Sealed, seal } from '../keys/sealed.js';
import type { Secrets } from '../keys/secrets.js';
import { isRecord } from '../values/is-record.js';
import { remembered } from '../values/remembered.js';
import type { Fields } from './field.js';

/**
 * What a client sent, with each value of a special field encrypted: under a key that is the field's name in any spelling, and the `value`
 * of an object whose `field` names it. It is the same object where there is none. Done before anything is read or kept, so that no table,
 * no fact and no dead letter has such a value.
 */
export function sealSpecial<T>(secrets: Secrets, fields: Fields, sent: T): T {
  const special = specialNames(fields);
  return special.size === 0 ? sent : (sealedIn(secrets, special, sent, 0) as T);
}

/** The names by their spelling without case, spaces, hyphens and underscores. */
function specialNames(fields: Fields): ReadonlyMap<string, string> {
  const known = namesOf.get(fields);
  if (known !== undefined) return known;
  const names = new Map([...fields.values()].flatMap(({ name, special }) => (special === null ? [] : [[plain(name), name] as const])));
  namesOf.set(fields, names);
  return names;
}

const namesOf = new WeakMap<Fields, ReadonlyMap<string, string>>();

/** A shop's events have the same few keys again and again. */
const plain = remembered((name) => name.replaceAll(/[\s_-]/g, '').toLowerCase(), 2_000);

/** JSON from a client is not deeper: its reader refuses that. */
const deepest = 200;

function sealedIn(secrets: Secrets, special: ReadonlyMap<string, string>, value: unknown, depth: number): unknown {
  if (depth > deepest) return value;
  if (Array.isArray(value)) return same(value, (one: unknown) => sealedIn(secrets, special, one, depth + 1));
  if (!isRecord(value) || isSealed(value)) return value;
  const named = typeof value['field'] === 'string' ? special.get(plain(value['field'])) : undefined;
  let changed = false;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    const name = special.get(plain(key)) ?? (key === 'value' ? named : undefined);
    const kept = name === undefined ? sealedIn(secrets, special, inner, depth + 1) : sealOne(secrets, name, inner);
    if (kept !== inner) changed = true;
    return [key, kept];
  });
  return changed ? Object.fromEntries(entries) : value;
}

/** Nothing, and what is sealed already, stays. */
function sealOne(secrets: Secrets, name: string, value: unknown): unknown {
  return value === null || value === undefined || isSealed(value) ? value : seal(secrets, name, value);
}

function same(list: readonly unknown[], change: (one: unknown) => unknown): readonly unknown[] {
  const changed = list.map(change);
  return changed.some((one, index) => one !== list[index]) ? changed : list;
}

/** The same with each encrypted value opened; what no secret opens stays as it is. For the person's own copy of their data. */
export function openAll<T>(secrets: Secrets, fields: Fields, kept: T): T {
  // Values are bound to their field: those that are declared now, and what they are kept under.
  return openedIn(secrets, [...fields.keys()], kept, null) as T;
}

function openedIn(secrets: Secrets, names: readonly string[], value: unknown, key: string | null): unknown {
  if (isSealed(value)) return openOne(secrets, key === null ? names : [key, ...names], value);
  if (Array.isArray(value)) return value.map((one: unknown) => openedIn(secrets, names, one, key));
  if (!isRecord(value)) return value;
  const own = typeof value['field'] === 'string' ? value['field'] : null;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, openedIn(secrets, names, inner, own ?? name)]));
}

function openOne(secrets: Secrets, names: readonly string[], value: Sealed): unknown {
  for (const name of names) {
    const opened = open(secrets, name, value);
    if (opened !== undefined) return opened;
  }
  return value;
}
