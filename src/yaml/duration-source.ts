import { z } from 'zod';
import { type DurationProblem, limitMs, parseDuration } from '../domain/time/duration.js';
import { day, hour, minute, second } from '../domain/time/instant.js';

/** A duration as it is written. Kept as text: what a day means depends on where it stands. */
export const durationText = z
  .string()
  .overwrite(asWritten)
  .superRefine((text, context) => {
    const duration = parseDuration(text);
    if (typeof duration === 'string')
      context.addIssue({ code: 'custom', message: explanations[duration], params: { suggestion: suggestions[duration](text) } });
    else if (limitMs(duration) > longestMs) context.addIssue({ code: 'custom', message: 'is longer than ten years' });
  })
  .meta({
    description: 'ISO 8601, or words such as 3 days: PT1H30M is elapsed time, P1D is the same wall-clock time a day later.',
    examples: ['PT1H', 'P1D'],
  });

/** `3 days` is read as `P3D`, `2 hours 30 min` as `PT2H30M`. Not `3m`, which may be minutes or months. */
function asWritten(text: string): string {
  if (typeof parseDuration(text) === 'object' || /^\s*\d+\s*m\s*$/i.test(text)) return text;
  const read = fromWords(text);
  return read !== null && typeof parseDuration(read) === 'object' ? read : text;
}

/** Longer than anything that is meant, and short enough for every calendar. */
const longestMs = 3653 * day;

const explanations: Readonly<Record<DurationProblem, string>> = {
  'not-a-duration': 'is no duration',
  mixed: 'mixes whole days with hours',
  months: 'has months or years, which have no fixed length',
};

const howTo = 'Write PT30M, PT24H, P1D or P2W: days and weeks after P, hours, minutes and seconds after PT.';

const suggestions: Readonly<Record<DurationProblem, (text: string) => string>> = {
  'not-a-duration': (text) => {
    const meant = meantDuration(text);
    return meant === null ? howTo : `Did you mean "${meant}"?`;
  },
  mixed: (text) => {
    const [days = 'P', time = ''] = text.split('T');
    const ms = limitOf(days) + limitOf(`PT${time}`);
    return `Write "${elapsedText(ms)}" for elapsed time, or whole days such as "${days}".`;
  },
  months: (text) => {
    const months = /^P(\d+)M$/.exec(text)?.[1];
    if (months !== undefined) return `Did you mean "PT${months}M" (minutes), or "P${Number(months) * 30}D" (days)?`;
    const years = /^P(\d+)Y$/.exec(text)?.[1];
    return years === undefined ? 'Write days or weeks, such as P30D or P4W.' : `Write days: "P${Number(years) * 365}D".`;
  },
};

const unitWords: readonly (readonly [RegExp, string])[] = [
  [/^s(ec(ond)?s?)?$/, 'S'],
  [/^m(in(ute)?s?)?$/, 'M'],
  [/^h((ou)?rs?)?$/, 'H'],
  [/^d(ays?)?$/, 'D'],
  [/^w(eeks?)?$/, 'W'],
];

/** `24h`, `1 day`, `PT24`, `P24H`, `pt1h` → what was meant; null where it cannot be told. */
function meantDuration(text: string): string | null {
  const plain = text.trim().toUpperCase();
  const candidates = [plain, `${plain}H`, `${plain}D`, plain.replace(/^PT?/, 'PT'), plain.replace(/^PT/, 'P'), fromWords(text)];
  return candidates.find((candidate) => candidate !== null && typeof parseDuration(candidate) !== 'string') ?? null;
}

function fromWords(text: string): string | null {
  const parts = [
    ...text
      .trim()
      .toLowerCase()
      .matchAll(/(\d+)\s*([a-z]+)[\s,]*/gy),
  ];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text.trim().toLowerCase()) return null;
  const units = parts.map(([, , word = '']) => unitWords.find(([pattern]) => pattern.test(word))?.[1] ?? '?');
  const written = parts.map(([, count = ''], index) => `${count}${units[index]}`).join('');
  return units.every((unit) => unit === 'D' || unit === 'W') ? `P${written}` : `PT${written}`;
}

function elapsedText(ms: number): string {
  const hours = Math.floor(ms / hour);
  const minutes = Math.floor((ms % hour) / minute);
  const seconds = Math.floor((ms % minute) / second);
  return `PT${hours}H${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 ? `${seconds}S` : ''}`;
}

function limitOf(text: string): number {
  const duration = parseDuration(text);
  return typeof duration === 'string' ? 0 : limitMs(duration);
}

/** For limits and windows, where a day is 24 hours; milliseconds. */
export function toLimitMs(text: string): number {
  const duration = parseDuration(text);
  if (typeof duration === 'string') throw new Error('A duration that is none passed the schema.');
  return limitMs(duration);
}
