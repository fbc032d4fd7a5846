import { z } from 'zod';
import { consentsTrait } from '../../domain/consent/consent-events.js';
import { objections } from '../../domain/keys/browser-word.js';
import { largestTrait } from '../../domain/people/profile.js';
import { isJsonWithin } from '../../domain/values/kept-payload.js';
import type { EngineContext } from '../context.js';
import type { EntryState } from '../entry.js';
import { idText } from '../fields.js';
import { error, type Finding } from '../finding.js';
import {
  compileValues,
  heardByValues,
  needsOfValues,
  referencesOfValues,
  type Value,
  type Values,
  valuesOf,
  valuesSource,
} from '../values.js';
import { oneWay, type StepKind } from './kind.js';
import type { StepBase } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly update_profile: UpdateProfileStep;
  }
}

interface UpdateProfileStep extends StepBase {
  readonly kind: 'update_profile';
  readonly set: Values;
  readonly unset: readonly string[];
  /** To lists. */
  readonly add: Values;
  readonly remove: Values;
}

const ways = ['set', 'unset', 'add', 'remove'] as const;

const yaml = z
  .strictObject({
    id: idText.optional(),
    set: valuesSource.default({}).meta({ description: 'Traits and their new values.', examples: [{ plan: '{{ trigger.plan }}' }] }),
    unset: z.array(z.string().min(1).max(100)).default([]).meta({ description: 'Traits to take away.' }),
    add: valuesSource.default({}).meta({
      description: 'Traits that are lists, and what is added to each; what is in it already stays once.',
      examples: [{ interests: 'skin' }],
    }),
    remove: valuesSource.default({}).meta({ description: 'Traits that are lists, and what is taken from each.' }),
  })
  .superRefine((source, context) => {
    const named = namedIn(source);
    if (named.length === 0)
      context.addIssue({ code: 'custom', message: 'changes nothing', params: { suggestion: `Write one of ${ways.join(', ')}.` } });
    const twice = named.find(({ name }, place) => named.findIndex((one) => one.name === name) < place);
    if (twice !== undefined)
      context.addIssue({
        code: 'custom',
        path: [...twice.path],
        message: `names the trait "${twice.name}" a second time`,
        params: { suggestion: 'Make two steps of it, if both are meant.' },
      });
  });
type Source = z.output<typeof yaml>;

interface NamedTrait {
  readonly name: string;
  readonly path: readonly PropertyKey[];
}

function namedIn({ set, unset, add, remove }: Pick<Source, (typeof ways)[number]>): readonly NamedTrait[] {
  const inValues = (way: string, values: Readonly<Record<string, unknown>>): readonly NamedTrait[] =>
    Object.keys(values).map((name) => ({ name, path: [way, name] }));
  return [
    ...inValues('set', set),
    ...unset.map((name, index) => ({ name, path: ['unset', index] })),
    ...inValues('add', add),
    ...inValues('remove', remove),
  ];
}

/** Says traits of the person, as an identify of the shop does. What follows in the journey sees them. */
export const updateProfile: StepKind<UpdateProfileStep, Source> = {
  ...oneWay,
  yaml: () => yaml,
  compile({ set, unset, add, remove }, { id, next, note }) {
    const step: UpdateProfileStep = {
      kind: 'update_profile',
      id,
      next,
      set: compileValues(set),
      unset,
      add: compileValues(add),
      remove: compileValues(remove),
    };
    for (const named of referencesOfValues(valuesIn(step))) note(named);
    return step;
  },
  needs: (step) => needsOfValues(valuesIn(step)),
  takes: (step) => heardByValues(valuesIn(step)),
  lint: (step, { path }) => namedIn(asSource(step)).flatMap((named) => protectedTrait(named, path)),
  sentence: (step) => {
    const parts = sayParts({ set: Object.keys(step.set), unset: step.unset, add: Object.keys(step.add), remove: Object.keys(step.remove) });
    return `${capital(parts.join('; '))}.`;
  },
  move(step, state, context) {
    if (state.dueAt !== null) return { kind: 'go', to: step.next, line: null };
    const { traits, said, without } = changesOf(step, state, context);
    const parts = [...sayParts(said), ...without];
    if (Object.keys(traits).length === 0) {
      const why = without.length === 0 ? '' : `: ${without.join('; ')}`;
      return { kind: 'go', to: step.next, line: { kind: 'note', text: `Changes nothing of the profile${why}.` } };
    }
    return { kind: 'say', event: { type: 'identify', traits }, line: { kind: 'note', text: `${capital(parts.join('; '))}.` } };
  },
};

function valuesIn({ set, add, remove }: UpdateProfileStep): readonly Value[] {
  return [set, add, remove].flatMap((values) => Object.values(values));
}

function asSource({ set, unset, add, remove }: UpdateProfileStep): Pick<Source, (typeof ways)[number]> {
  const names = (values: Values) => Object.fromEntries(Object.keys(values).map((name) => [name, '']));
  return { set: names(set), unset: [...unset], add: names(add), remove: names(remove) };
}

/** Where a person is reached, and what they allow, only the person and the shop say. */
const protectedTraits: Readonly<Record<string, string>> = {
  email: 'an address comes from the person or the shop',
  phone: 'a number comes from the person or the shop',
  [consentsTrait]: 'consent has a step of its own, set_consent',
  ...Object.fromEntries(objections.map((name) => [name, 'an objection is the person’s own'])),
};

function protectedTrait({ name, path: at }: NamedTrait, path: readonly PropertyKey[]): readonly Finding[] {
  const why = Object.hasOwn(protectedTraits, name) ? protectedTraits[name] : undefined;
  return why === undefined ? [] : [error([...path, ...at], `A journey does not change "${name}": ${why}.`, 'Use another trait.')];
}

type Names = Readonly<Record<(typeof ways)[number], readonly string[]>>;

/** By names alone: what a trait says is the person's. */
function sayParts({ set, unset, add, remove }: Names): readonly string[] {
  const part = (words: string, names: readonly string[]) => (names.length === 0 ? [] : [`${words} ${names.join(', ')}`]);
  return [...part('sets', set), ...part('takes away', unset), ...part('adds to', add), ...part('takes from', remove)];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The traits as the step leaves them, as far as they are known, and what there is to say of it. */
function changesOf(step: UpdateProfileStep, state: EntryState, context: EngineContext) {
  const set = valuesOf(step.set, state, context);
  const added = valuesOf(step.add, state, context);
  const removed = valuesOf(step.remove, state, context);
  const { traits } = context.facts.profile;
  const lists = [
    ...Object.entries(added.known).map(([name, value]) => ({
      way: 'add' as const,
      name,
      list: union(listOf(traits[name]), listOf(value)),
    })),
    ...Object.entries(removed.known).map(([name, value]) => ({
      way: 'remove' as const,
      name,
      list: less(listOf(traits[name]), listOf(value)),
    })),
  ].filter(({ name, list }) => JSON.stringify(list) !== JSON.stringify(listOf(traits[name])));
  const fitting = lists.filter(({ list }) => isJsonWithin(list, largestTrait));
  const unset = step.unset.filter((name) => Object.hasOwn(traits, name));
  const unknown = [set, added, removed].flatMap((values) => values.unknown);
  const full = lists.filter((one) => !fitting.includes(one)).map(({ name }) => name);
  return {
    traits: {
      ...set.known,
      ...Object.fromEntries(unset.map((name) => [name, null])),
      ...Object.fromEntries(fitting.map(({ name, list }) => [name, list])),
    },
    said: {
      set: Object.keys(set.known),
      unset,
      add: fitting.flatMap(({ way, name }) => (way === 'add' ? [name] : [])),
      remove: fitting.flatMap(({ way, name }) => (way === 'remove' ? [name] : [])),
    },
    without: [
      ...(unknown.length === 0 ? [] : [`leaves out ${unknown.join(', ')}: not known`]),
      ...(full.length === 0 ? [] : [`leaves ${full.join(', ')} as it is: the list is full`]),
    ],
  };
}

/** A trait that is one value counts as a list of it. */
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function union(list: readonly unknown[], more: readonly unknown[]): readonly unknown[] {
  return [...list, ...more.filter((one, place) => !list.includes(one) && more.indexOf(one) === place)];
}

function less(list: readonly unknown[], gone: readonly unknown[]): readonly unknown[] {
  return list.filter((one) => !gone.includes(one));
}
