import { fieldsOf } from '../../definitions/field/fields.js';
import { type FieldUse, fieldsInPaths, fieldsReadBy, ownFields } from '../../definitions/field/uses.js';
import type { Field } from '../../domain/answers/field.js';
import type { CompiledTemplate } from '../../domain/messages/template.js';
import type { Instant } from '../../domain/time/instant.js';
import { parseLiquid, variablesOf } from '../../render/engine.js';
import type { Db, Trx } from '../../store/db.js';
import { countTraits, readLiveFields, readLiveTemplates, readWhatReadsFields } from '../../store/fields.js';
import type { AppDeps } from '../deps.js';

/** A use, with the instant since which the version that reads the field is in force; null: Sojourn itself. */
export interface RecordedUse extends FieldUse {
  readonly since: Instant | null;
}

/** One field and who reads it. `field` null: nobody declared it. `people`: of those looked at, who have a trait of that name. */
export interface FieldListing {
  readonly name: string;
  readonly field: Field | null;
  readonly uses: readonly RecordedUse[];
  readonly people: number;
}

/**
 * Who reads which field now. The frozen versions are the record: each says which fields it reads, and since when it is in force, so no list
 * of uses can be out of date.
 */
export async function readFieldUses(db: Db | Trx): Promise<ReadonlyMap<string, readonly RecordedUse[]>> {
  const readings = (await readWhatReadsFields(db)).map(({ definition, publishedAt, ...of }) => ({
    use: { ...of, since: publishedAt },
    read: fieldsReadBy(definition),
  }));
  const templates = (await readLiveTemplates(db)).map(({ id, version, publishedAt, compiled }) => ({
    use: { kind: 'template', id, version, since: publishedAt },
    read: fieldsInTemplate(compiled),
  }));
  const uses = new Map<string, RecordedUse[]>(ownFields.map((name) => [name, [itself]]));
  for (const { use, read } of [...readings, ...templates])
    for (const name of read) {
      const known = uses.get(name);
      if (known === undefined) uses.set(name, [use]);
      else known.push(use);
    }
  return uses;
}

const itself: RecordedUse = { kind: 'sojourn', id: 'sojourn', version: null, since: null };

function fieldsInTemplate({ variants }: CompiledTemplate): ReadonlySet<string> {
  const texts = Object.values(variants).flatMap((variant) => Object.values(variant) as string[]);
  const paths = texts.flatMap((text) => variablesOf(parseLiquid(text, 'text')).map(({ path }) => path));
  return fieldsInPaths(paths);
}

/** All fields that are declared, in the order of the file, then traits that nobody declared, the most frequent first. */
export async function showFields({
  store,
}: Pick<AppDeps, 'store'>): Promise<{ readonly lookedAt: number; readonly items: readonly FieldListing[] }> {
  const { db } = store;
  const declared = fieldsOf((await readLiveFields(db)) ?? { fields: [] });
  const uses = await readFieldUses(db);
  const { people, traits } = await countTraits(db);
  const listing = (name: string): FieldListing => ({
    name,
    field: declared.get(name) ?? null,
    uses: uses.get(name) ?? [],
    people: traits.get(name) ?? 0,
  });
  const others = [...traits.keys(), ...[...uses.keys()].filter((name) => !ownFields.includes(name))];
  const unknown = [...new Set(others)].filter((name) => !declared.has(name)).map(listing);
  return {
    lookedAt: people,
    items: [...[...declared.keys()].map(listing), ...unknown.toSorted((a, b) => b.people - a.people || (a.name < b.name ? -1 : 1))],
  };
}
