import { isSealed } from '../keys/sealed.js';
import { nearest } from '../values/nearest.js';
import type { Field } from './field.js';
import { meantDomain } from './mail-domains.js';

/** What seems wrong with a value, by a code. */
export type ValueFault = 'mail-domain' | 'not-a-number' | 'out-of-range' | 'not-a-choice' | 'not-a-date';

/** `suggestion`: what was most likely meant; null: nobody can tell. The value itself stays as it was given. Personal data. */
export interface FlaggedValue {
  readonly code: ValueFault;
  readonly suggestion: string | null;
}

/** Null: nothing is wrong with it, or nothing is known about it. Sealed values are checked by nobody. */
export function checkValue(name: string, value: unknown, field: Field | undefined): FlaggedValue | null {
  if (value === null || value === undefined || isSealed(value)) return null;
  const own = ownChecks.get(name);
  if (own !== undefined) return typeof value === 'string' ? own(value) : null;
  switch (field?.type) {
    case 'number':
      return checkNumber(value, field);
    case 'choice':
      return checkChoices([value], field);
    case 'choices':
      return checkChoices(Array.isArray(value) ? value : [value], field);
    case 'date':
      return isDate(value) ? null : { code: 'not-a-date', suggestion: null };
    case 'text':
    case 'flag':
    case undefined:
      return null;
  }
}

/** Traits that Sojourn reads itself, with what their text should be like. */
const ownChecks: ReadonlyMap<string, (text: string) => FlaggedValue | null> = new Map([['email', checkMail]]);

function checkMail(text: string): FlaggedValue | null {
  const at = text.lastIndexOf('@');
  const meant = at < 1 ? null : meantDomain(text.slice(at + 1));
  return meant === null ? null : { code: 'mail-domain', suggestion: `${text.slice(0, at).trim()}@${meant}` };
}

function checkNumber(value: unknown, { min, max }: Field): FlaggedValue | null {
  const number = typeof value === 'number' ? value : typeof value === 'string' && plainNumber.test(value.trim()) ? Number(value) : null;
  if (number === null || !Number.isFinite(number)) return { code: 'not-a-number', suggestion: numberIn(value) };
  const isOutside = (min !== null && number < min) || (max !== null && number > max);
  return isOutside ? { code: 'out-of-range', suggestion: `from ${min ?? '…'} to ${max ?? '…'}` } : null;
}

const plainNumber = /^[+-]?\d{1,15}(\.\d{1,15})?$/;

/** `12,50` and `£12.50`: the number in it, where there is exactly one. */
function numberIn(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 40) return null;
  const numbers = value.match(/\d{1,15}(?:[.,]\d{1,2})?(?![\d.,])/g) ?? [];
  return numbers.length === 1 ? (numbers[0] ?? '').replace(',', '.') : null;
}

function checkChoices(values: readonly unknown[], { choices }: Field): FlaggedValue | null {
  const wrong = values.find((one) => typeof one !== 'string' || !choices.includes(one));
  if (wrong === undefined) return null;
  return { code: 'not-a-choice', suggestion: typeof wrong === 'string' && wrong.length <= 200 ? nearest(wrong, choices) : null };
}

/** A day, or an instant of it. */
function isDate(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [, year, month, dayOfMonth] = /^(\d{4})-(\d{2})-(\d{2})(?:$|T)/.exec(value) ?? [];
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(dayOfMonth)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(dayOfMonth) && Number(year) >= 1900;
}
