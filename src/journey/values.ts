import { z } from 'zod';
import { nearest } from '../domain/values/nearest.js';
import { readPath } from '../domain/values/read-path.js';
import type { Unplaced } from './conditions/kind.js';
import type { EngineContext } from './context.js';
import type { EntryState } from './entry.js';
import type { Reference } from './finding.js';
import type { Need } from './knowledge.js';

/** A value that a step writes: as it stands in the file, or with what is taken from the entry. */
export type Value =
  | { readonly kind: 'fixed'; readonly value: Plain }
  | { readonly kind: 'list'; readonly of: readonly Value[] }
  /** As it is where it is taken from: a number stays one. */
  | { readonly kind: 'taken'; readonly from: Taken }
  | { readonly kind: 'text'; readonly parts: readonly (string | Taken)[] };

type Plain = string | number | boolean;

/** From where a value is taken: what began the entry, what a wait heard, the order that it is about, or the person. */
export type Taken =
  | { readonly of: 'trigger' | 'order' | 'traits'; readonly path: string }
  | { readonly of: 'heard'; readonly step: string; readonly path: string };

export type Values = Readonly<Record<string, Value>>;

/** Longer texts, and lists of more, are not written. */
const longestText = 1_000;
const longestList = 50;

const plain = z.union([z.string().max(longestText), z.number(), z.boolean()]);

/** A text, a number, true or false, or a list of these; texts may hold `{{ trigger.plan }}`. */
export const valueSource = z
  .union([plain, z.array(plain).max(longestList)])
  .superRefine((value, context) => {
    for (const [index, one] of (Array.isArray(value) ? value : [value]).entries()) {
      const wrong = typeof one === 'string' ? wrongIn(one) : null;
      const path = Array.isArray(value) ? [index] : [];
      if (wrong !== null) context.addIssue({ code: 'custom', path, message: wrong, params: { suggestion: whatThereIs } });
    }
  })
  .meta({
    description:
      'As it is to be written. In a text {{ trigger.… }}, {{ heard.<step>.… }}, {{ order.… }} and {{ traits.… }} are what began the entry, what a wait heard, its order, and the person’s traits.',
    examples: ['gold', '{{ trigger.plan }}', '{{ heard.rating.rating }}'],
  });
export type ValueSource = z.output<typeof valueSource>;

/** Names with their values, such as the traits that a step sets. */
export const valuesSource = z.record(z.string().min(1).max(100), valueSource);

const whatThereIs = 'Write trigger.<property>, heard.<step>.<property>, order.<field> or traits.<name>.';

/** What messages call these, too. */
const orderFields: Readonly<Record<string, (known: NonNullable<EngineContext['facts']['known']['order']>) => unknown>> = {
  // An order that the shop gave no id has none to show.
  number: ({ orderId }) => (orderId.startsWith('event:') ? undefined : orderId),
  total: ({ order }) => order.total,
  net: ({ order }) => order.net,
  currency: ({ order }) => order.currency,
  codes: ({ order }) => order.codes,
};

const place = /\{\{([^{}]*)\}\}/g;

function wrongIn(text: string): string | null {
  const rest = text.replaceAll(place, '');
  if (rest.includes('{{') || rest.includes('}}')) return 'has "{{" without its "}}", or the other way round';
  for (const [, inside = ''] of text.matchAll(place)) {
    const name = inside.trim();
    const taken = toTaken(name);
    if (taken === null) return `"${name}" is nothing that a step knows`;
    if (taken.of === 'order' && !Object.hasOwn(orderFields, taken.path))
      return `an order has no "${taken.path}" here${meant(taken.path)}; it has ${Object.keys(orderFields).join(', ')}`;
  }
  return null;
}

function meant(path: string): string {
  const near = nearest(path, Object.keys(orderFields));
  return near === null ? '' : ` (did you mean "${near}"?)`;
}

function toTaken(name: string): Taken | null {
  const [, of, path] = /^(trigger|order|traits)\.(.+)$/.exec(name) ?? [];
  if (of !== undefined && path !== undefined) return { of: of as 'trigger' | 'order' | 'traits', path };
  const [, step, property] = /^heard\.([a-z][a-z0-9-]*)\.(.+)$/.exec(name) ?? [];
  return step === undefined || property === undefined ? null : { of: 'heard', step, path: property };
}

export function compileValue(source: ValueSource): Value {
  if (Array.isArray(source)) return { kind: 'list', of: source.map(compileValue) };
  if (typeof source !== 'string' || !source.includes('{{')) return { kind: 'fixed', value: source };
  const parts: (string | Taken)[] = [];
  let end = 0;
  for (const found of source.matchAll(place)) {
    const taken = toTaken((found[1] ?? '').trim());
    if (taken === null) throw new Error('A value that takes from nothing passed the schema.');
    if (found.index > end) parts.push(source.slice(end, found.index));
    parts.push(taken);
    end = found.index + found[0].length;
  }
  if (end < source.length) parts.push(source.slice(end));
  const [only] = parts;
  return parts.length === 1 && typeof only === 'object' ? { kind: 'taken', from: only } : { kind: 'text', parts };
}

export function compileValues(source: Readonly<Record<string, ValueSource>>): Values {
  return Object.fromEntries(Object.entries(source).map(([name, value]) => [name, compileValue(value)]));
}

/** What the value is now. Undefined: something that it is made of is not known, and then there is no value. */
export function valueOf(value: Value, state: EntryState, context: EngineContext): unknown {
  switch (value.kind) {
    case 'fixed':
      return value.value;
    case 'list': {
      const list = value.of.map((one) => valueOf(one, state, context));
      return list.every((one) => one !== undefined) ? writable(list.flat()) : undefined;
    }
    case 'taken':
      return writable(take(value.from, state, context));
    case 'text': {
      const parts = value.parts.map((part) => (typeof part === 'string' ? part : asText(take(part, state, context))));
      return parts.every((part) => part !== null) ? writable(parts.join('')) : undefined;
    }
  }
}

/** The values that there are now, and the names of those that there are not. */
export function valuesOf(
  values: Values,
  state: EntryState,
  context: EngineContext,
): { readonly known: Readonly<Record<string, unknown>>; readonly unknown: readonly string[] } {
  const all = Object.entries(values).map(([name, value]) => [name, valueOf(value, state, context)] as const);
  return {
    known: Object.fromEntries(all.filter(([, value]) => value !== undefined)),
    unknown: all.flatMap(([name, value]) => (value === undefined ? [name] : [])),
  };
}

function take(from: Taken, state: EntryState, { facts }: EngineContext): unknown {
  switch (from.of) {
    case 'trigger':
      return readPath(state.trigger, from.path);
    case 'heard':
      return readPath(state.told?.[from.step]?.properties ?? {}, from.path);
    case 'traits':
      return readPath(facts.profile.traits, from.path);
    case 'order': {
      const { order } = facts.known;
      return order == null ? undefined : orderFields[from.path]?.(order);
    }
  }
}

function asText(value: unknown): string | null {
  return isPlain(value) ? String(value) : null;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}

/** Values as events and traits have them; undefined: it is none, or too long. */
function writable(value: unknown): unknown {
  if (typeof value === 'string') return value.length <= longestText ? value : undefined;
  if (isPlain(value)) return value;
  return Array.isArray(value) && value.length <= longestList && value.every((one) => isPlain(one) && writable(one) !== undefined)
    ? value
    : undefined;
}

function takenBy(values: readonly Value[]): readonly Taken[] {
  return values.flatMap((value) => {
    switch (value.kind) {
      case 'fixed':
        return [];
      case 'list':
        return takenBy(value.of);
      case 'taken':
        return [value.from];
      case 'text':
        return value.parts.filter(isTaken);
    }
  });
}

function isTaken(part: string | Taken): part is Taken {
  return typeof part !== 'string';
}

/** What must be loaded for these values. */
export function needsOfValues(values: readonly Value[]): readonly Need[] {
  return takenBy(values).some(({ of }) => of === 'order') ? [{ of: 'order' }] : [];
}

/** The properties of what waits heard that these values take: they are kept for it. */
export function heardByValues(values: readonly Value[]): readonly { readonly step: string; readonly property: string }[] {
  return takenBy(values).flatMap((from) => (from.of === 'heard' ? [{ step: from.step, property: from.path }] : []));
}

/** The waits that these values name, for lint. */
export function referencesOfValues(values: readonly Value[]): readonly Unplaced<Reference>[] {
  const steps = new Set(heardByValues(values).map(({ step }) => step));
  return [...steps].map((name) => ({ kind: 'step', name, for: 'heard' }));
}
