import type { Instant } from '../time/instant.js';
import type { TasteSignal } from './tags.js';

const longestValue = 60;

/** What a person told, as tags: the trait `skin: dry` is `skin:dry`, and each entry of a list is one. Other traits say nothing here. */
export function tagsOfTraits(
  traits: Readonly<Record<string, unknown>>,
  traitTimes: Readonly<Record<string, Instant>>,
): readonly TasteSignal[] {
  return Object.entries(traits).flatMap(([name, value]) => tagsOfValue(name, value, traitTimes[name] ?? 0));
}

/** The same of one trait, or of an answer. */
export function tagsOfValue(name: string, value: unknown, at: Instant): readonly TasteSignal[] {
  return (Array.isArray(value) ? value : [value])
    .filter((one): one is string => typeof one === 'string' && one.trim() !== '' && one.length <= longestValue)
    .map((one): TasteSignal => ({ kind: 'declared', tag: `${name}:${one.trim()}`.toLowerCase(), at }));
}
