import { isProgramWord } from './person-name.js';

/** A day of the year, without the year. */
export interface Birthday {
  readonly month: number;
  readonly day: number;
}

/** The language that a profile asks for, as its traits say it. */
export function localeOf(traits: Readonly<Record<string, unknown>>): string | null {
  return textOf(traits['locale']) ?? textOf(traits['language']);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** What a program wrote where it had no name is not offered as one. */
export function nameOf(value: unknown): string | null {
  const name = textOf(value);
  return name === null || isProgramWord(name) ? null : name;
}

/** `12-24`, or a whole date, of which the year is left alone. */
export function birthdayOf(value: unknown): Birthday | null {
  const [, month, dayOfMonth] = /^(?:\d{4}-)?(\d{2})-(\d{2})(?:$|T)/.exec(textOf(value) ?? '') ?? [];
  return month === undefined || dayOfMonth === undefined ? null : { month: Number(month), day: Number(dayOfMonth) };
}
