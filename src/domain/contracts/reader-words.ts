import { countWords } from '../time/duration.js';
import { day, hour } from '../time/instant.js';
import { isOfShop, type ReadBy, type Reader } from './contract.js';
import type { EventCounts } from './event-counts.js';

/** The facts of the shop that are read in a way that is meant, each with who reads it. */
export function namesRead(
  readers: readonly Reader[],
  isMeant: (by: ReadBy) => boolean,
): readonly { readonly fact: string; readonly by: readonly string[] }[] {
  const names = new Map<string, Set<string>>();
  for (const { kind, id, reads: all } of readers)
    for (const { fact, by } of all) if (isMeant(by) && isOfShop(fact)) names.set(fact, (names.get(fact) ?? new Set()).add(`${kind}:${id}`));
  return [...names].map(([fact, by]) => ({ fact, by: [...by].toSorted() })).toSorted((a, b) => (a.fact < b.fact ? -1 : 1));
}

export function propertiesRead(
  readers: readonly Reader[],
): readonly { readonly fact: string; readonly property: string; readonly by: readonly string[] }[] {
  const found = new Map<string, { fact: string; property: string; by: Set<string> }>();
  for (const { kind, id, reads: all } of readers)
    for (const { fact, properties } of all)
      for (const property of isOfShop(fact) ? properties : []) {
        const key = `${fact}\0${property}`;
        const known = found.get(key) ?? { fact, property, by: new Set<string>() };
        known.by.add(`${kind}:${id}`);
        found.set(key, known);
      }
  return [...found.values()]
    .map((one) => ({ ...one, by: [...one.by].toSorted() }))
    .toSorted((a, b) => (a.fact + a.property < b.fact + b.property ? -1 : 1));
}

/** `The journey welcome`, `The journeys a and b and the segment c`. */
export function listed(by: readonly string[]): string {
  const parts = (['journey', 'segment'] as const).flatMap((kind) => {
    const names = by.filter((one) => one.startsWith(`${kind}:`)).map((one) => one.slice(kind.length + 1));
    return names.length === 0 ? [] : [`the ${kind}${names.length === 1 ? '' : 's'} ${together(names)}`];
  });
  const whole = together(parts);
  return whole.slice(0, 1).toUpperCase() + whole.slice(1);
}

function together(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

export function reads(by: readonly string[]): string {
  return by.length === 1 ? 'reads' : 'read';
}

export function ago({ nowHour }: EventCounts, last: number): string {
  const hours = Math.max(1, nowHour - last - 1);
  return hours >= 48 ? `${countWords(Math.round((hours * hour) / day), 'day')} ago` : `${countWords(hours, 'hour')} ago`;
}

export function percent(share: number): string {
  return `${Math.min(100, Math.round(share * 100))} %`;
}
