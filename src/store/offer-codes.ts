import { sql } from 'kysely';
import { codeKey } from '../domain/offers/code.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';

/** What became of codes that were to be added. `known`: the offer has them already; `ofOthers`: another offer has them. */
export interface AddedCodes {
  readonly added: number;
  readonly known: number;
  readonly ofOthers: number;
}

/** Adds codes that nobody has yet, in their order; those that are there stay as they are, so it may be repeated. Each at most once. */
export async function addCodes(db: Db, offer: string, codes: readonly string[]): Promise<AddedCodes> {
  const keys = codes.map(codeKey);
  const { rows } =
    await sql<AddedCodes>`with asked as (select * from unnest(${codes}::text[], ${keys}::text[]) with ordinality as a(code, code_key, place)),
      before as (select c.offer from offer_codes c join asked using (code_key)),
      added as (insert into offer_codes (code_key, code, offer) select code_key, code, ${offer} from asked order by place on conflict do nothing returning 1)
    select (select count(*) from added)::int as added, (select count(*) from before where offer = ${offer})::int as known,
      (select count(*) from before where offer <> ${offer})::int as "ofOthers"`.execute(db);
  return rows[0] ?? { added: 0, known: 0, ofOthers: 0 };
}

/** Real milliseconds over which those who waited for codes are woken: 20 ms an entry. */
const spreadPerEntryMs = 20;

/**
 * Lets the entries look again that wait for a code of the offer, those that began first, at most so many. One that is in the middle of a
 * turn is not waited for twice: the row is locked, and looked at again.
 */
export async function wakeForCodes(
  trx: Trx,
  { offer, most, at }: { readonly offer: string; readonly most: number; readonly at: Instant },
): Promise<void> {
  await sql`with giving as (select v.journey_id, v.version, s.key as step from journey_versions v, jsonb_each(v.definition -> 'steps') s
        where s.value ->> 'kind' = 'issue_incentive' and s.value ->> 'offer' = ${offer}),
      waiting as (select e.id from entries e join giving g on g.journey_id = e.journey_id and g.version = e.version and g.step = e.step
        where e.state = 'open' and e.activity = 'waiting' and e.due_at > ${at}::bigint order by e.id limit ${most} for update of e)
    update entries e set due_at = ${at}::bigint, data = jsonb_set(e.data, '{dueAt}', to_jsonb(${at}::bigint)),
      poke_real = real_now_ms() + floor(random() * ${most * spreadPerEntryMs}::float8)::bigint
    from waiting w where e.id = w.id`.execute(trx);
}

/** Imported codes that are left, of the offers in force that give such: and below which number somebody is to be warned. */
export interface CodesLeft {
  readonly offer: string;
  readonly free: number;
  readonly lowAt: number;
}

/** By offer; counted by the index of free codes. */
export async function readCodesLeft(db: Db): Promise<readonly CodesLeft[]> {
  const { rows } = await sql<CodesLeft>`select live.id as offer, (live.definition -> 'codes' ->> 'lowAt')::int as "lowAt",
      (select count(*)::int from offer_codes c where c.offer = live.id and not c.is_taken) as free
    from (select distinct on (id) id, definition from definition_versions where kind = 'offer' order by id, version desc) live
    where live.definition -> 'codes' ->> 'kind' = 'imported' order by live.id`.execute(db);
  return rows;
}
