import { sql } from 'kysely';
import type { SecretEra } from '../domain/keys/secret-eras.js';
import type { PolicyKind } from '../domain/policy/policies.js';
import { shopMark } from './controls.js';
import type { Db, Trx } from './db.js';

/** What processes tell each other by the store: what was published last, and which secrets sign. */
export interface Published {
  /** The numbers of the newest versions; a kind that was never published is absent. */
  readonly policies: ReadonlyMap<PolicyKind, number>;
  /** The number of versions of segments that were ever published: another one means that something changed. */
  readonly segments: number;
  /** The same of `fields.yaml`. */
  readonly fields: number;
  /** Which publication of shop.yaml was the last; null: none yet. */
  readonly shop: string | null;
  /** The oldest first. */
  readonly eras: readonly SecretEra[];
}

/** One question for what every process looks at every second. */
export async function readPublished(db: Db | Trx): Promise<Published> {
  const { rows } = await sql<{
    policies: Readonly<Record<string, number>> | null;
    segments: number;
    fields: number;
    shop: unknown;
    eras: readonly SecretEra[] | null;
  }>`
    select
      (select json_object_agg(kind, version) from (select kind, max(version) as version from policy_versions group by kind) newest) as policies,
      (select count(*) from definition_versions where kind = 'segment') as segments,
      (select count(*) from definition_versions where kind = 'field') as fields,
      (select value from controls where key = ${shopMark}) as shop,
      (select json_agg(json_build_object('fingerprint', fingerprint, 'place', place, 'since', since_at, 'retiredAt', retired_at, 'derives', derives)
                       order by since_at, seq) from secret_eras) as eras
  `.execute(db);
  const [{ policies, segments, fields, shop, eras } = { policies: null, segments: 0, fields: 0, shop: null, eras: null }] = rows;
  return {
    policies: new Map(Object.entries(policies ?? {}).map(([kind, version]) => [kind as PolicyKind, version])),
    segments,
    fields,
    shop: typeof shop === 'string' ? shop : null,
    eras: eras ?? [],
  };
}
