import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Db } from './db.js';
import { stuckAfterFaults } from './entries-read.js';

/**
 * Attempts whose lease ended and that no open entry will look at become `unknown`. Says how many. One statement; nothing is locked for
 * long.
 */
export async function expireAttempts(db: Db, at: Instant): Promise<number> {
  const { rows } = await sql<{ readonly settled: number }>`with expired as (
      select m.id from messages m left join entries e on e.id = m.entry_id
      where m.lease_real is not null and m.lease_real < real_now_ms() and m.state = 'submitting' and (e.id is null or e.state = 'finished' or e.fault_count >= ${sql.lit(stuckAfterFaults)})
      order by m.id limit 100 for update of m skip locked
    ), told as (
      update attempts a set outcome = 'unknown', code = 'lease-expired', finished_at = ${at}
      from expired where a.message_id = expired.id and a.outcome is null returning 1
    ), settled as (
      update messages m set state = 'unknown', lease_real = null, updated_at = ${at} from expired where m.id = expired.id returning 1
    ) select (select count(*) from settled) as settled, (select count(*) from told) as told`.execute(db);
  return rows[0]?.settled ?? 0;
}
