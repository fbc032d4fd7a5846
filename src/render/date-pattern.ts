/** Parts of a date in a language: what Intl calls them. */
type Options = Intl.DateTimeFormatOptions;

interface Where {
  readonly locale: string;
  readonly timeZone: string;
}

const months: Readonly<Record<string, Options>> = { B: { month: 'long' }, b: { month: 'short' }, h: { month: 'short' } };
const weekdays: Readonly<Record<string, Options>> = { A: { weekday: 'long' }, a: { weekday: 'short' } };

/**
 * An instant by the usual pattern of strftime (`%d.%m.%Y`, `%-d %B`, `%H:%M`), names of months and days in the language. A letter that is
 * not known stays as it is written.
 */
export function formatPattern(at: number, pattern: string, where: Where): string {
  return pattern.replace(/%([-0]?)([A-Za-z%])/g, (whole, flag: string, letter: string) => partOf(at, letter, flag, where) ?? whole);
}

function partOf(at: number, letter: string, flag: string, where: Where): string | null {
  const named = { ...months, ...weekdays }[letter];
  if (named !== undefined) return new Intl.DateTimeFormat(where.locale, { ...named, timeZone: where.timeZone }).format(at);
  const { year, month, day, hour, minute, second } = numbersOf(at, where.timeZone);
  const two = (value: number): string => (flag === '-' ? String(value) : String(value).padStart(2, '0'));
  switch (letter) {
    case 'Y':
      return String(year);
    case 'y':
      return two(year % 100);
    case 'm':
      return two(month);
    case 'd':
      return two(day);
    case 'e':
      return String(day);
    case 'H':
      return two(hour);
    case 'I':
      return two(hour % 12 === 0 ? 12 : hour % 12);
    case 'l':
      return String(hour % 12 === 0 ? 12 : hour % 12);
    case 'M':
      return two(minute);
    case 'S':
      return two(second);
    case 'p':
      return hour < 12 ? 'AM' : 'PM';
    case 'P':
      return hour < 12 ? 'am' : 'pm';
    case 'F':
      return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
    case 'R':
      return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
    case 's':
      return String(Math.floor(at / 1000));
    case 'Z':
      return where.timeZone;
    case '%':
      return '%';
    default:
      return null;
  }
}

function numbersOf(at: number, timeZone: string) {
  const parts = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
    timeZone,
  }).formatToParts(at);
  const number = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return {
    year: number('year'),
    month: number('month'),
    day: number('day'),
    hour: number('hour'),
    minute: number('minute'),
    second: number('second'),
  };
}
