import { sql } from 'kysely';
import type { Displaced } from '../domain/gate/verdict.js';
import type { Instant } from '../domain/time/instant.js';
import type { DisplacedMessage } from '../turn/effects.js';
import type { Trx } from './db.js';
import { rowsOf } from './write-together.js';

/**
 * Messages of a profile that the caller has locked lose their promised slots: they are released, with the verdict and a line in their
 * entries' stories, and the entries are given an input and a poke, so that they ask the gate again at once. A held or queued entry does so
 * afterwards. One statement.
 */
export async function displaceMessages(
  trx: Trx,
  messages: readonly DisplacedMessage[],
  { verdict, at }: { readonly verdict: Displaced; readonly at: Instant },
): Promise<void> {
  const ids = messages.map(({ id }) => id);
  const input = sql`jsonb_build_object('kind', 'outranked', 'messageId', d.id, 'at', ${at}::bigint)`;
  await sql`with d as (
      update messages m set state = 'released', reason = ${verdict.reason}, updated_at = ${at} from ${rowsOf(messages)} as r(id text, text text)
      where m.id = r.id and m.id = any(${ids}) and m.state = 'reserved' and m.entry_id is not null returning m.id, m.entry_id, m.step, r.text),
    told as (insert into verdicts (message_id, at, decision, reason, detail)
      select d.id, ${at}::bigint, ${verdict.kind}::text, ${verdict.reason}::text, ${JSON.stringify(verdict.detail)}::jsonb from d),
    traced as (insert into trace (entry_id, at, step, kind, text) select d.entry_id, ${at}::bigint, d.step, 'verdict', d.text from d),
    given as (insert into entry_inputs (entry_id, input, created_at) select d.entry_id, ${input}, ${at}::bigint from d)
    update entries set poke_real = real_now_ms() from d where entries.id = d.entry_id and activity in ('ready', 'waiting')`.execute(trx);
}
