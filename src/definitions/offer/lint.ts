import { limitMs, parseDuration } from '../../domain/time/duration.js';
import { day, hour } from '../../domain/time/instant.js';
import { error, type Finding, warning } from '../../journey/finding.js';
import type { OfferSource } from './source.js';

/** What is wrong with an offer although its form is right. */
export function lintOffer(source: OfferSource): readonly Finding[] {
  return [...benefitFindings(source), ...moneyFindings(source), ...expiryFindings(source), ...limitFindings(source)];
}

const benefits = ['percent', 'amount', 'free_shipping', 'gift'] as const;

function benefitFindings(source: OfferSource): readonly Finding[] {
  const written = benefits.filter((key) => source[key] !== undefined);
  const [first, second] = written;
  if (first === undefined)
    return [error([], 'The offer promises nothing.', 'Write one of percent, amount, free_shipping or gift, such as percent: 10.')];
  if (second !== undefined)
    return [
      error([second], `The offer promises two things: ${written.join(' and ')}.`, 'Keep one, and write another offer for the other.'),
    ];
  return source.at_most === undefined || first === 'percent'
    ? []
    : [error(['at_most'], `at_most bounds a percentage, and this is ${first}.`, 'Remove at_most.')];
}

function moneyFindings(source: OfferSource): readonly Finding[] {
  const { currency, amount, at_most, costs, conditions, limits } = source;
  if (currency !== undefined) return [];
  const named: readonly (readonly [path: readonly PropertyKey[], value: number | undefined])[] = [
    [['amount'], amount],
    [['at_most'], at_most],
    [['conditions', 'minimum'], conditions?.minimum],
    [['costs'], costs],
    ...limits.map(({ cost }, place) => [['limits', place, 'cost'], cost] as const),
  ];
  const [first] = named.filter(([, value]) => value !== undefined);
  return first === undefined
    ? []
    : [error(first[0], 'It is an amount of money, and nothing says in which currency.', 'Add a line such as currency: GBP.')];
}

const longestMs = 366 * day;

function expiryFindings({ expires }: OfferSource): readonly Finding[] {
  const isText = typeof expires === 'string';
  const duration = parseDuration(isText ? expires : expires.after);
  if (typeof duration === 'string') return [];
  const path = isText ? ['expires'] : ['expires', 'after'];
  const ms = limitMs(duration);
  if (ms > longestMs) return [error(path, 'A code that holds for more than a year is a debt that nobody sees.', 'Write P365D, or less.')];
  if (isText && ms < hour)
    return [
      error(
        path,
        'A code that holds for less than an hour is over before it is read.',
        'Write PT1H, or more: quiet hours and caps may hold a message back for a day.',
      ),
    ];
  return isText && ms < day
    ? [warning(path, 'Quiet hours and caps may hold a message back for longer than this code holds.', 'Write P2D, or more.')]
    : [];
}

function limitFindings(source: OfferSource): readonly Finding[] {
  const { limits, costs, amount, at_most } = source;
  const each = costs ?? amount ?? at_most;
  return limits.flatMap(({ per, codes, cost }, place): readonly Finding[] => {
    const path = ['limits', place];
    const isRepeated = limits.findIndex((one) => one.per === per) < place;
    return [
      ...(codes === undefined && cost === undefined ? [error(path, 'This limit limits nothing.', 'Add codes: 500, or cost: 1000.')] : []),
      ...(isRepeated ? [error([...path, 'per'], `There are two limits per ${per}.`, 'Write both into one line.')] : []),
      ...(cost !== undefined && each === undefined
        ? [
            error(
              [...path, 'cost'],
              'Nothing says what one code costs at most, so nothing can be added up.',
              'Add a line such as costs: 4.50.',
            ),
          ]
        : []),
      ...(cost !== undefined && each !== undefined && each > cost
        ? [error([...path, 'cost'], `One code costs ${each} at most: this limit lets none be given.`, `Write ${each}, or more.`)]
        : []),
    ];
  });
}
