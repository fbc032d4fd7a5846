import { fieldsOf } from '../../definitions/field/fields.js';
import type { DefinitionContext, DefinitionKind } from '../../definitions/kind.js';
import { definitionFile, definitionId } from '../../definitions/kind.js';
import { parseDefinition } from '../../definitions/parse.js';
import { segments } from '../../definitions/segment/kind.js';
import { topicIds } from '../../domain/policy/topic-policy.js';
import type { Db } from '../../store/db.js';
import { addDefinitionVersion, listDefinitions, lockDefinitions, readDefinitionVersion } from '../../store/definitions.js';
import { readLiveFields } from '../../store/fields.js';
import type { FileProblem } from '../../yaml/problem.js';
import type { AppDeps } from '../deps.js';
import { readFieldUses } from '../fields/show-fields.js';
import { versionHash } from '../version-hash.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'policies'>;

export type DefinitionPublication =
  /** `published`: in force from now on. `unchanged`: what is in force says the same already. */
  | {
      readonly kind: 'published' | 'unchanged';
      readonly id: string;
      readonly version: number;
      readonly hash: string;
      readonly problems: readonly FileProblem[];
    }
  /** What was in force before stays so. `id` null: the source names none. */
  | { readonly kind: 'refused'; readonly id: string | null; readonly problems: readonly FileProblem[] };

/** Far more than a shop has of one kind. */
const mostCompared = 10_000;

/** Checks a definition's source and freezes it as the next version. Publishing what is in force changes nothing, so it may be repeated. */
export async function publishDefinition(
  deps: Deps,
  kind: DefinitionKind,
  { source, note = null, tells = false }: { readonly source: string; readonly note?: string | null; readonly tells?: boolean },
): Promise<DefinitionPublication> {
  const named = definitionId(kind, source);
  const file = definitionFile(kind, named ?? '');
  const inForce = await listDefinitions(deps.store.db, kind.kind, { after: null, limit: mostCompared });
  const peers = inForce.flatMap(({ definition }) => (definition === null ? [] : [definition]));
  const asked = {
    ...(kind.asksForFields === true ? await fieldContext(deps.store.db) : {}),
    ...(kind.namesSegments === true ? { segments: await segmentsInForce(deps.store.db) } : {}),
  };
  const parsed = await parseDefinition(kind, source, { file, topics: topicIds(deps.policies.current().topics), peers, ...asked });
  const { problems } = parsed;
  if (parsed.kind === 'invalid') return { kind: 'refused', id: named, problems };
  const { id, definition } = parsed;
  const hash = versionHash(source, definition);
  return deps.store.transaction(async (trx): Promise<DefinitionPublication> => {
    await lockDefinitions(trx, kind.kind);
    const newest = await readDefinitionVersion(trx, kind.kind, id, 'newest');
    if (newest?.hash === hash) return { kind: 'unchanged', id, version: newest.version, hash, problems };
    const version = (newest?.version ?? 0) + 1;
    const publishedAt = deps.clock.now();
    await addDefinitionVersion(trx, {
      kind: kind.kind,
      id,
      version,
      source,
      definition: { ...definition },
      hash,
      note,
      publishedAt,
      tells,
    });
    return { kind: 'published', id, version, hash, problems };
  });
}

async function segmentsInForce(db: Db): Promise<readonly string[]> {
  const found = await listDefinitions(db, segments.kind, { after: null, limit: mostCompared });
  return found.flatMap(({ id, definition }) => (definition === null ? [] : [id]));
}

/** What a file that asks people for fields is checked against. */
async function fieldContext(db: Db): Promise<Pick<DefinitionContext, 'fields' | 'read'>> {
  const fields = fieldsOf((await readLiveFields(db)) ?? { fields: [] });
  return { fields, read: new Set((await readFieldUses(db)).keys()) };
}

/**
 * Takes it out of force by a version without a definition; publishing it again brings it back. `unknown`: there is none, or it is out of
 * force already.
 */
export async function archiveDefinition(
  deps: Pick<AppDeps, 'store' | 'clock'>,
  { kind }: DefinitionKind,
  id: string,
): Promise<{ readonly kind: 'archived'; readonly version: number } | { readonly kind: 'unknown' }> {
  return deps.store.transaction(async (trx) => {
    await lockDefinitions(trx, kind);
    const newest = await readDefinitionVersion(trx, kind, id, 'newest');
    if (newest === null || newest.definition === null) return { kind: 'unknown' };
    const version = newest.version + 1;
    await addDefinitionVersion(trx, {
      ...newest,
      version,
      definition: null,
      hash: '',
      note: 'archived',
      publishedAt: deps.clock.now(),
      tells: false,
    });
    return { kind: 'archived', version };
  });
}
