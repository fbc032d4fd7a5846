import type { Instant } from '../time/instant.js';
import { languageOf, readLanguageTag } from '../values/language-tag.js';

type Traits = Readonly<Record<string, unknown>>;

/** Each is a tag of a dimension that many people share, with where it is read. */
const dimensions: readonly (readonly [dimension: string, read: (traits: Traits, at: Instant) => string | null])[] = [
  ['country', (traits) => word(traits, ['country', 'countryCode', 'country_code'])],
  ['language', (traits) => language(word(traits, ['locale', 'language']))],
  ['age', (traits, at) => decade(ageOf(traits, at))],
  ['tier', (traits) => word(traits, ['tier', 'loyalty_tier', 'loyaltyTier'])],
  ['stage', (traits) => word(traits, ['life_stage', 'lifeStage'])],
];

/**
 * What a person has in common with many others, as tags: `country:gb`, `language:de`, `age:30s`, `tier:gold`, `stage:parent`. Popularity is
 * counted for each, and products may have the same tags.
 */
export function groupsOf(traits: Traits, at: Instant): readonly string[] {
  return dimensions.flatMap(([dimension, read]) => {
    const value = read(traits, at);
    return value === null ? [] : [`${dimension}:${value}`];
  });
}

const longestValue = 60;

function word(traits: Traits, names: readonly string[]): string | null {
  for (const name of names) {
    const value = traits[name];
    if (typeof value === 'string' && value.trim() !== '' && value.length <= longestValue) return value.trim().toLowerCase();
  }
  return null;
}

function language(tag: string | null): string | null {
  const read = readLanguageTag(tag);
  return read === null ? null : languageOf(read);
}

function decade(age: number | null): string | null {
  if (age === null || age < 0 || age > 120) return null;
  return age < 18 ? 'under-18' : `${Math.floor(age / 10) * 10}s`;
}

function ageOf(traits: Traits, at: Instant): number | null {
  const { age } = traits;
  if (typeof age === 'number' && Number.isFinite(age)) return age;
  const born = word(traits, ['birthday', 'birthdate', 'dateOfBirth', 'date_of_birth']);
  const read = born === null ? null : /^(\d{4})-(\d{2})-(\d{2})(?:t|$)/.exec(born);
  if (read === null) return null;
  const [, year, month, date] = read.map(Number) as [number, number, number, number];
  const now = new Date(at);
  const hadBirthday = now.getUTCMonth() + 1 > month || (now.getUTCMonth() + 1 === month && now.getUTCDate() >= date);
  return now.getUTCFullYear() - year - (hadBirthday ? 0 : 1);
}
