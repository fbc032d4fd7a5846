import type { ContractAlarm, Looked } from './alarm.js';
import type { EventCounts, Series } from './event-counts.js';
import { listed, namesRead, percent, propertiesRead, reads } from './reader-words.js';

/** The latest hours in which there were at least so many. */
function recent(series: Series, { firstHour, nowHour }: EventCounts, least: number): number | null {
  for (let hours = 1; hours <= 7 * 24 && nowHour - hours >= firstHour; hours += 1)
    if (series.sum(nowHour - hours, nowHour) >= least) return nowHour - hours;
  return null;
}

/** Before it changed, so many must be known. */
const leastBefore = 200;
/** A chance below this is none. */
const never = 1e-12;

export function changedProperties({ counts, readers }: Looked): readonly ContractAlarm[] {
  return propertiesRead(readers).flatMap(({ fact, property, by }): readonly ContractAlarm[] => {
    const all = counts.series(fact);
    const types = counts.types(fact, property);
    const had = (from: number, to: number) =>
      types.reduce((sum, type) => sum + (type === 'null' ? 0 : counts.series(fact, property, type).sum(from, to)), 0);
    const from = recent(all, counts, 30);
    if (from === null) return [];
    const share = had(counts.firstHour, from) / Math.max(1, all.sum(counts.firstHour, from));
    const seen = all.sum(from, counts.nowHour);
    if (all.sum(counts.firstHour, from) >= leastBefore && had(from, counts.nowHour) === 0 && (1 - share) ** seen < never)
      return [
        {
          code: 'property-stopped',
          key: `property-stopped:${fact}:${property}`,
          readers: by,
          sentence: `\`${fact}\` still comes, but without \`${property}\`, which it had in ${percent(share)} of all cases: the last ${seen} have none. Likely the shop’s event client no longer sends it, or under another name. ${listed(by)} ${reads(by)} it.`,
        },
      ];
    const turned = turnedInto(
      counts,
      types.filter((type) => type !== 'null'),
      (type) => counts.series(fact, property, type),
    );
    if (turned === null) return [];
    return [
      {
        code: 'type-changed',
        key: `type-changed:${fact}:${property}`,
        readers: by,
        sentence: `\`${property}\` of \`${fact}\` was ${kindOf(turned.before)} and is ${kindOf(turned.after)} now. Likely the shop’s event client changed; conditions that compare it no longer hold. ${listed(by)} ${reads(by)} it.`,
      },
    ];
  });
}

export function changedCurrencies({ counts, readers }: Looked): readonly ContractAlarm[] {
  return namesRead(readers, () => true).flatMap(({ fact, by }): readonly ContractAlarm[] => {
    const types = counts.types(fact).filter((type) => type.startsWith(currencyOf));
    const turned = turnedInto(counts, types, (type) => counts.series(fact, '', type));
    if (turned === null) return [];
    const [before, after] = [turned.before, turned.after].map((type) => type.slice(currencyOf.length));
    return [
      {
        code: 'currency-changed',
        key: `currency-changed:${fact}`,
        readers: by,
        sentence: `The amounts of \`${fact}\` were in ${before} and are in ${after} now. Likely the shop’s event client sends another field, or the shop changed its currency: amounts in conditions mean something else. ${listed(by)} ${reads(by)} it.`,
      },
    ];
  });
}

const currencyOf = 'currency:';

/** One of these was nearly all before, and another is nearly all of the latest. */
function turnedInto(
  counts: EventCounts,
  types: readonly string[],
  seriesOf: (type: string) => Series,
): { readonly before: string; readonly after: string } | null {
  if (types.length < 2) return null;
  const sum = (type: string, from: number, to: number) => seriesOf(type).sum(from, to);
  const total = (from: number, to: number) => types.reduce((all, type) => all + sum(type, from, to), 0);
  for (let hours = 1; hours <= 7 * 24 && counts.nowHour - hours > counts.firstHour; hours += 1) {
    const from = counts.nowHour - hours;
    const seen = total(from, counts.nowHour);
    if (seen < 30) continue;
    const after = types.find((type) => sum(type, from, counts.nowHour) >= seen * 0.95);
    const known = total(counts.firstHour, from);
    const before = types.find((type) => sum(type, counts.firstHour, from) >= known * 0.95);
    if (known < leastBefore || after === undefined || before === undefined || after === before) return null;
    return { before, after };
  }
  return null;
}

function kindOf(type: string): string {
  const words: Readonly<Record<string, string>> = {
    number: 'a number',
    string: 'text',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
  };
  return words[type] ?? type;
}
