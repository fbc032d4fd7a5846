import { z } from 'zod';
import { nearest } from '../domain/values/nearest.js';
import { inside, keysAt, schemasAt, wordsAt, wordsOf } from './schema-at.js';

/** Problems that a schema finds, in words for the author of the file. `path` is the place: a missing key is reported at its parent. */
export interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly suggestion: string | null;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The issues of a parse with `reportInput`, as sentences; what only follows from another is left out. */
export function complaints(schema: z.ZodType, issues: readonly Issue[]): readonly Complaint[] {
  const told = meantByPlace(
    schema,
    issues.flatMap((issue) => chooseBranch(issue)).flatMap((issue) => complain(schema, issue)),
  );
  const misspelt = told.filter(({ kind }) => kind === 'unknown-key');
  return told
    .filter(({ kind, path, about }) => {
      const here = misspelt.filter((other) => samePath(other.path.slice(0, -1), kind === 'missing' ? path.slice(0, -1) : path));
      if (kind === 'missing') return !here.some((other) => other.about === about);
      return kind !== 'choice' || here.length === 0;
    })
    .map(({ path, message, suggestion }) => ({ path, message, suggestion }));
}

interface Told extends Complaint {
  /** `choice`: none of several keys is written, which a misspelt one explains. */
  readonly kind: 'unknown-key' | 'missing' | 'choice' | 'other';
  /** The missing key, or the one that a misspelt key was meant to be. */
  readonly about: string | null;
  /** What stands under an unknown key. */
  readonly value?: unknown;
}

/**
 * `id: welcome` where `journey` is missing: of keys that are like none, the only one whose value the only missing key would take was meant
 * for it.
 */
function meantByPlace(schema: z.ZodType, told: readonly Told[]): readonly Told[] {
  const open = told.filter(({ kind, about }) => kind === 'unknown-key' && about === null);
  const missing = told.filter(
    ({ kind, path, about }) =>
      kind === 'missing' && !told.some((other) => other.kind === 'unknown-key' && other.about === about && areBeside(other.path, path)),
  );
  const takes = (key: Told, one: Told): boolean =>
    areBeside(key.path, one.path) && schemasAt(schema, one.path).some((form) => form.safeParse(key.value).success);
  return told.map((key): Told => {
    const [meant, ...others] = open.includes(key) ? missing.filter((one) => takes(key, one)) : [];
    if (meant === undefined || others.length > 0 || open.filter((rival) => takes(rival, meant)).length > 1) return key;
    const isShort = typeof key.value === 'string' && key.value.length <= longestShown;
    const instead = isShort ? `Write "${meant.about}: ${String(key.value)}".` : `Did you mean "${meant.about}"?`;
    return { ...key, about: meant.about, suggestion: instead };
  });
}

function areBeside(a: Path, b: Path): boolean {
  return samePath(a.slice(0, -1), b.slice(0, -1));
}

function complain(schema: z.ZodType, issue: Issue): readonly Told[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.slice(0, mostKeys).map((key) => unknownKey(schema, issue, key));
  const about = String(issue.path.at(-1));
  if (isMissing(issue)) {
    const keys = keysAt(schema, issue.path);
    const hint =
      choicesAt(schema, issue.path) ?? exampleAt(schema, issue.path) ?? (keys.length > 0 ? `It takes: ${keys.join(', ')}.` : null);
    return [{ kind: 'missing', about, path: issue.path, message: `"${about}" is missing.`, suggestion: hint }];
  }
  const params = issue.code === 'custom' ? (issue.params ?? {}) : {};
  const kind = params['kind'] === 'choice' ? 'choice' : 'other';
  const { says, suggestion } = predicate(schema, issue, params);
  return [{ kind, about: null, path: issue.path, message: `${subject(issue.path)} ${says}.`, suggestion }];
}

/** Of one place; a person mends one after the other. */
const mostKeys = 50;

function unknownKey(schema: z.ZodType, { path, input }: Issue, key: string): Told {
  const known = keysAt(schema, path);
  const meant = nearest(key, known);
  const suggestion = meant !== null ? `Did you mean "${meant}"?` : known.length > 0 ? `Known here: ${known.join(', ')}.` : null;
  const message = `"${key.slice(0, 100)}" is not known here.`;
  return { kind: 'unknown-key', about: meant, path: [...path, key], message, suggestion, value: Object(input)[key] };
}

interface Predicate {
  readonly says: string;
  readonly suggestion: string | null;
}

function predicate(schema: z.ZodType, issue: Issue, params: Readonly<Record<string, unknown>>): Predicate {
  const own = issue.message.replace(/\.$/, '');
  // The schema's author says it better than we can.
  if (!/^(Invalid|Too) /.test(own))
    return { says: lowerFirst(own), suggestion: typeof params['suggestion'] === 'string' ? params['suggestion'] : null };
  const example = exampleAt(schema, issue.path);
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(schema, issue.path, issue.expected, issue.input);
    case 'invalid_value':
    case 'invalid_union':
      return { says: `cannot be ${show(issue.input)}`, suggestion: meantChoice(schema, issue) ?? choicesAt(schema, issue.path) ?? example };
    case 'too_small':
      return { says: tooSmall(issue.origin, Number(issue.minimum), issue.inclusive !== false), suggestion: example };
    case 'too_big':
      return { says: tooBig(issue.origin, Number(issue.maximum), issue.inclusive !== false), suggestion: example };
    case 'invalid_key':
      // What a name must be like is said by the schema of the names.
      return { says: lowerFirst(issue.issues[0]?.message ?? own), suggestion: example };
    case 'invalid_format':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'custom':
      return { says: `is not as it should be: ${lowerFirst(own)}`, suggestion: example };
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  record: 'a list of names with values',
};

function wrongType(schema: z.ZodType, path: Path, expected: string, input: unknown): Predicate {
  const known = keysAt(schema, path);
  const keys = known.length > 0 ? `Known here: ${known.join(', ')}.` : null;
  const key = typeof path.at(-1) === 'string' ? String(path.at(-1)) : null;
  if (expected === 'object') {
    const mayBeEmpty = key !== null && schemasAt(schema, path).some((one) => one.safeParse({}).success);
    const suggestion = mayBeEmpty && input === null ? `Write "${key}: {}".` : keys;
    return { says: input === null ? 'is empty' : `must have keys of its own, but is ${show(input)}`, suggestion };
  }
  const says = input === null ? 'is empty' : `must be ${typeWords[expected] ?? expected}, but is ${show(input)}`;
  if (expected === 'array') return { says, suggestion: 'Write each item on a line of its own that begins with "- ".' };
  const quoted =
    expected === 'string' && (typeof input === 'number' || typeof input === 'boolean') ? `Put it in quotes: "${input}".` : null;
  return { says, suggestion: exampleAt(schema, path) ?? quoted };
}

function tooSmall(origin: string, minimum: number, inclusive: boolean): string {
  if (origin === 'string') return minimum === 1 ? 'is empty' : `must have at least ${minimum} characters`;
  if (origin === 'array') return minimum === 1 ? 'needs at least one item' : `needs at least ${minimum} items`;
  return `must be ${inclusive ? 'at least' : 'more than'} ${minimum}`;
}

function tooBig(origin: string, maximum: number, inclusive: boolean): string {
  if (origin === 'string') return `must have at most ${maximum} characters`;
  if (origin === 'array') return `must have at most ${maximum} items`;
  return `must be ${inclusive ? 'at most' : 'less than'} ${maximum}`;
}

/** A union that was given an object: what is wrong inside the form that takes objects says more than that no form fits. */
function chooseBranch(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union' || typeof issue.input !== 'object' || issue.input === null) return [issue];
  const inside = issue.errors.find(
    (errors) => errors.length > 0 && !errors.some(({ code, path }) => path.length === 0 && isRootMiss(code)),
  );
  return inside === undefined ? [issue] : inside.map((one) => ({ ...one, path: [...issue.path, ...one.path] }) as Issue);
}

function isRootMiss(code: Issue['code']): boolean {
  return code === 'invalid_type' || code === 'invalid_value' || code === 'invalid_union';
}

function isMissing(issue: Issue): boolean {
  const mayMiss = issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union';
  return mayMiss && issue.input === undefined && typeof issue.path.at(-1) === 'string';
}

/** `"steps"`, or `Item 2 of "steps"`: people count from one. */
function subject(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'The file';
  if (typeof last !== 'number') return `"${String(last)}"`;
  const list = path.at(-2);
  return list === undefined ? `Item ${last + 1}` : `Item ${last + 1} of "${String(list)}"`;
}

const longestShown = 40;

function show(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'a group of keys';
  const text = typeof input === 'string' ? `"${input}"` : String(input);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

function meantChoice(schema: z.ZodType, issue: Issue): string | null {
  if (typeof issue.input !== 'string') return null;
  const choices = wordsAt(schema, issue.path);
  const meant = nearest(issue.input, choices);
  return meant === null ? null : `Did you mean "${meant}"? ${choicesAt(schema, issue.path) ?? ''}`.trim();
}

/** `Choices: once, always, { interval: … }.`, where the value is one of a few words or forms. */
function choicesAt(schema: z.ZodType, path: Path): string | null {
  const forms = schemasAt(schema, path).flatMap((one): readonly string[] => {
    const { def, shape } = inside(one);
    if (def.type === 'enum' || def.type === 'literal') return wordsOf(def);
    if (def.type === 'object') return [`{ ${Object.keys(shape ?? {}).join(', ')}: … }`];
    return [typeWords[def.type] ?? def.type];
  });
  return wordsAt(schema, path).length === 0 && forms.length < 2 ? null : `Choices: ${forms.join(', ')}.`;
}

/** Editors complete all of them; a sentence names a few. */
const mostExamples = 2;

function exampleAt(schema: z.ZodType, path: Path): string | null {
  const key = path.at(-1);
  for (const one of schemasAt(schema, path)) {
    const examples = z.globalRegistry.get(one)?.['examples'];
    if (!Array.isArray(examples) || examples.length === 0) continue;
    const shown = examples
      .slice(0, mostExamples)
      .map((example) => (typeof key === 'string' ? `"${key}: ${example}"` : `"${example}"`))
      .join(' or ');
    return `Write ${shown}, for instance.`;
  }
  return null;
}

function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
