import { isRecord } from '../values/is-record.js';
import { languageOf } from '../values/language-tag.js';
import { readPath } from '../values/read-path.js';

type Data = Readonly<Record<string, unknown>>;

/**
 * What a template reads as `data`, in the language that it is written in: `by_language` has the values by language, under tags such as `de`
 * or `de-AT`, and they replace the others. A language without an entry gets the others only.
 */
export function dataIn(locale: string, data: Data): Data {
  const { by_language: words, ...rest } = data;
  if (!isRecord(words)) return data;
  const own = words[locale] ?? words[languageOf(locale)];
  return isRecord(own) ? { ...rest, ...own } : rest;
}

/** Paths of `requires` that begin with `data.` and that none of these gives a value to. */
export function missingData(requires: readonly string[], given: readonly Data[]): readonly string[] {
  return requires.filter((path) => path.startsWith('data.') && !given.some((data) => hasValue(data, path.slice('data.'.length))));
}

/** The data itself, and as each language of `by_language` sees it. */
export function readingsOf(data: Data): readonly Data[] {
  const { by_language: words } = data;
  return isRecord(words) ? Object.keys(words).map((language) => dataIn(language, data)) : [data];
}

function hasValue(data: Data, path: string): boolean {
  const value = readPath(data, path);
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}
