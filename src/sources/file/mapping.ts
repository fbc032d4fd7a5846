import { z } from 'zod';
import { channels } from '../../domain/messages/channel.js';
import { readTimeZone } from '../../domain/time/time-zone.js';
import { readCurrencyCode } from '../../domain/values/currency.js';
import { nearest } from '../../domain/values/nearest.js';
import { type FieldOf, fieldsOf, type ImportKind, importKinds } from './fields.js';
import type { DateHabits } from './when.js';

const heading = z.string().trim().min(1).max(200);
const headings = z.union([heading, z.array(heading).min(1).max(50)]);
/**
 * Where a field stands: a heading, the first of several that is filled, one with text in front or with what an empty cell says, or the same
 * for every line.
 */
const place = z.union([
  headings,
  z.strictObject({ column: headings, prefix: z.string().max(100).default(''), otherwise: z.string().max(500).optional() }),
  z.strictObject({ value: z.string().max(500) }),
]);
export type Place = z.output<typeof place>;
const words = z.array(z.string().trim().toLowerCase().max(100)).max(100).default([]);

const stateWords = { granted: words, refused: words, silent: words, bounced: words, complained: words };

const consentColumns = z.strictObject({
  channel: z.enum(channels),
  topic: z.string().max(64).default('marketing'),
  state: place,
  ...stateWords,
  at: place.optional(),
  confirmed_at: place.optional(),
  source: place.optional(),
  evidence: place.optional(),
  ip: place.optional(),
});

/** A mapping, as a file in `imports/` says it. */
export const mappingSchema = z.strictObject({
  import: z.enum(importKinds),
  about: z.string().max(1000).optional(),
  columns: z.record(z.string(), place).default({}),
  traits: z.record(z.string().min(1).max(100), place).default({}),
  consents: z.array(consentColumns).max(10).default([]),
  states: z.strictObject(stateWords).prefault({}),
  statuses: z.strictObject({ paid: words, pending: words, refunded: words, cancelled: words }).prefault({}),
  dates: z.enum(['day-first', 'month-first']).optional(),
  time_zone: z
    .string()
    .refine((zone) => readTimeZone(zone) !== null, { error: 'It is no time zone such as Europe/Berlin.' })
    .optional(),
  currency: z
    .string()
    .refine((code) => readCurrencyCode(code) !== null, { error: 'It is no currency such as EUR.' })
    .optional(),
  undated: z.enum(['quarantine', 'as-of']).default('quarantine'),
});
export type Mapping = z.output<typeof mappingSchema>;

export type Column =
  | {
      readonly kind: 'column';
      readonly names: readonly string[];
      readonly prefix: string;
      /** What an empty cell says; null: nothing. */
      readonly otherwise: string | null;
    }
  | { readonly kind: 'value'; readonly value: string };

export interface BoundConsent extends Omit<Mapping['consents'][number], 'state' | 'at' | 'confirmed_at' | 'source' | 'evidence' | 'ip'> {
  /** Where its columns stand in `columns`, in front of `.state`, `.at` and the others. */
  readonly under: string;
}

/** A mapping on the headings of one file. */
export interface BoundMapping extends DateHabits {
  readonly kind: ImportKind;
  readonly columns: ReadonlyMap<string, Column>;
  readonly traits: readonly string[];
  readonly consents: readonly BoundConsent[];
  readonly states: Mapping['states'];
  readonly statuses: Mapping['statuses'];
  readonly currency: string | null;
  readonly undated: Mapping['undated'];
  /** The heading by which lines that stand together are one thing; null: each line is one. */
  readonly groupBy: string | null;
  /** What is read, by field: for a person to look at before an import. */
  readonly read: Readonly<Record<string, string>>;
  /** Headings that nothing reads. */
  readonly unread: readonly string[];
}

export type Binding =
  | { readonly kind: 'bound'; readonly mapping: BoundMapping }
  | { readonly kind: 'unfit'; readonly problems: readonly string[] };

/** Puts a mapping on the headings of a file. Headings are compared without case, blanks and marks. `usual`: what the shop is. */
export function bindMapping(
  mapping: Mapping,
  header: readonly string[],
  usual: { readonly timeZone: string; readonly currency: string },
): Binding {
  const found = new Map<string, string>();
  for (const name of header) if (!found.has(folded(name))) found.set(folded(name), name);
  const columns = new Map<string, Column>();
  for (const [field, where] of places(mapping)) {
    const column = columnOf(where, found);
    if (column !== null) columns.set(field, column);
  }
  const problems = [...unknownFields(mapping), ...missing(mapping, columns, header)];
  if (problems.length > 0) return { kind: 'unfit', problems };
  const names = [...columns].flatMap(([field, column]) => (column.kind === 'column' ? [[field, column.names.join(' | ')] as const] : []));
  const taken = new Set([...columns.values()].flatMap((column) => (column.kind === 'column' ? column.names : [])));
  const group = fieldsOf[mapping.import].groupBy;
  const grouped = group === null ? undefined : (columns.get('group') ?? columns.get(group));
  return {
    kind: 'bound',
    mapping: {
      kind: mapping.import,
      columns,
      traits: Object.keys(mapping.traits).filter((trait) => columns.has(`traits.${trait}`)),
      consents: mapping.consents
        .map(({ state: _state, at: _at, confirmed_at: _c, source: _s, evidence: _e, ip: _ip, ...consent }, index) => ({
          ...consent,
          under: `consents[${index}]`,
        }))
        .filter(({ under }) => columns.has(`${under}.state`)),
      states: mapping.states,
      statuses: mapping.statuses,
      dates: mapping.dates ?? null,
      timeZone: readTimeZone(mapping.time_zone) ?? usual.timeZone,
      currency: readCurrencyCode(mapping.currency ?? usual.currency),
      undated: mapping.undated,
      groupBy: grouped?.kind === 'column' ? (grouped.names[0] ?? null) : null,
      read: Object.fromEntries(names),
      unread: header.filter((name) => !taken.has(name)),
    },
  };
}

const consentPlaces = ['state', 'at', 'confirmed_at', 'source', 'evidence', 'ip'] as const;

/** All that a mapping places; what it does not say is looked for under the usual headings. */
function places(mapping: Mapping): readonly (readonly [string, Place])[] {
  const usual = Object.entries(fieldsOf[mapping.import].headings).filter(([field]) => mapping.columns[field] === undefined);
  return [
    ...usual.map(([field, names]): readonly [string, Place] => [field, [...names]]),
    ...Object.entries(mapping.columns),
    ...Object.entries(mapping.traits).map(([trait, where]) => [`traits.${trait}`, where] as const),
    ...mapping.consents.flatMap((consent, index) =>
      consentPlaces.flatMap((one) => {
        const where = consent[one];
        return where === undefined ? [] : [[`consents[${index}].${one}`, where] as const];
      }),
    ),
  ];
}

function columnOf(where: Place, found: ReadonlyMap<string, string>): Column | null {
  if (typeof where === 'object' && 'value' in where) return { kind: 'value', value: where.value };
  const { column, prefix, otherwise = null } = typeof where === 'object' && 'column' in where ? where : { column: where, prefix: '' };
  const names = [column].flat().flatMap((name) => found.get(folded(name)) ?? []);
  if (names.length > 0) return { kind: 'column', names: [...new Set(names)], prefix, otherwise };
  return otherwise === null ? null : { kind: 'value', value: otherwise };
}

export function folded(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function unknownFields(mapping: Mapping): readonly string[] {
  const known: readonly string[] = [...Object.keys(fieldsOf[mapping.import].headings), 'group'];
  return Object.keys(mapping.columns)
    .filter((field) => !known.includes(field))
    .map((field) => {
      const near = nearest(field, known);
      const hint = near === null ? `There are: ${known.join(', ')}.` : `Did you mean \`${near}\`?`;
      return `\`columns.${field}\` is nothing that an import of ${mapping.import} knows. ${hint}`;
    });
}

function missing(mapping: Mapping, columns: ReadonlyMap<string, Column>, header: readonly string[]): readonly string[] {
  const shown = header
    .slice(0, 40)
    .map((name) => `"${name.slice(0, 40)}"`)
    .join(', ');
  return fieldsOf[mapping.import].needs
    .filter((fields: readonly FieldOf[]) => !fields.some((field) => columns.has(field)))
    .map(
      (fields: readonly FieldOf[]) =>
        `The file has no column for ${fields.map((field) => `\`${field}\``).join(' or ')}: say in a mapping which one it is. Its headings are: ${shown}.`,
    );
}
