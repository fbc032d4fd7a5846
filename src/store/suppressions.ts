import { type RawBuilder, type SqlBool, sql } from 'kysely';
import {
  type AddressKey,
  deadReasons,
  liftableReasons,
  liftedByConfirmation,
  type SuppressionReason,
} from '../domain/consent/suppression.js';
import type { Channel } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';

/** Begins the detail of a suppression that stands over another, with that one's reason; behind it stands its detail. */
const overPrefix = 'over:';

interface NewSuppression extends AddressKey {
  readonly reason: SuppressionReason;
  /** A code, no address. */
  readonly detail: string | null;
  readonly at: Instant;
}

/**
 * Nothing more goes to this address. The first reason stands, unless it lets a transactional message through and the new one does not: then
 * the new one stands over it. What comes to an address that is dead or stopped is kept under that, and holds when the mistake of a
 * provider, or a STOP, is taken back. False: it was suppressed already, and as much.
 */
export async function insertSuppression(trx: Trx, suppression: NewSuppression): Promise<boolean> {
  await carryOverSuppressions(trx, [suppression]);
  const [standing] = await keep(trx, [suppression]);
  return standing?.reason === suppression.reason;
}

/** Keeps an erased address from ever being written to again, with the same precedence. */
export async function keepErased(trx: Trx, keys: readonly (AddressKey & { readonly detail: string | null })[], at: Instant): Promise<void> {
  if (keys.length === 0) return;
  await carryOverSuppressions(trx, keys);
  await keep(
    trx,
    keys.map((key) => ({ ...key, reason: 'erased', at })),
  );
}

/** Brings what stands under another secret to the one that signs, with the same precedence. How many there were. */
export async function carryOverSuppressions(trx: Trx, keys: readonly AddressKey[]): Promise<number> {
  const moved = await takeUnderOthers(trx, keys);
  for (const row of moved) await keep(trx, [{ ...row, reason: row.reason as SuppressionReason }]);
  return moved.length;
}

/**
 * Takes away what is kept of these addresses under other secrets, and answers it under the key that signs. No statement where there are no
 * others.
 */
export async function takeUnderOthers(trx: Trx, keys: readonly AddressKey[]): Promise<readonly MovedSuppression[]> {
  const signing = new Map(keys.flatMap((key) => (key.others ?? []).map((other) => [other, key] as const)));
  if (signing.size === 0) return [];
  const rows = await trx
    .deleteFrom('suppressions')
    .where('hash', 'in', [...signing.keys()])
    .returningAll()
    .execute();
  return rows
    .toSorted((a, b) => a.created_at - b.created_at)
    .flatMap(({ hash, reason, detail, created_at: at }) => {
      const key = signing.get(hash);
      return key === undefined ? [] : [{ channel: key.channel, hash: key.hash, madeBy: key.madeBy, reason, detail, at }];
    });
}

interface MovedSuppression {
  readonly channel: Channel;
  readonly hash: string;
  readonly madeBy: string | undefined;
  readonly reason: string;
  readonly detail: string | null;
  readonly at: Instant;
}

/** The reasons that stand now where something changed. */
function keep(trx: Trx, suppressions: readonly NewSuppression[]): Promise<readonly { readonly reason: string }[]> {
  const standsOver = sql<boolean>`suppressions.reason not in (${dead})`;
  return trx
    .insertInto('suppressions')
    .values(
      suppressions.map(({ at, madeBy = null, channel, hash, reason, detail }) => ({
        channel,
        hash,
        reason,
        detail,
        created_at: at,
        made_by: madeBy,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['channel', 'hash'])
        .doUpdateSet({
          reason: sql`case when ${standsOver} then excluded.reason else suppressions.reason end`,
          created_at: sql`case when ${standsOver} then excluded.created_at else suppressions.created_at end`,
          detail: sql`case when ${standsOver} then ${over(sql`suppressions.reason`, sql`suppressions.detail`)} else ${underOne} end`,
        })
        .where(
          sql<SqlBool>`case when ${standsOver} then excluded.reason in (${dead})
            else excluded.reason not in (suppressions.reason, ${liftable}) and ${underOne} <> coalesce(suppressions.detail, '') end`,
        ),
    )
    .returning('reason')
    .execute();
}

const dead = sql.join(deadReasons.map((reason) => sql.lit(reason)));
const liftable = sql.join(liftableReasons.map((reason) => sql.lit(reason)));
const stopped = `${overPrefix}stopped`;

/**
 * The detail of what stands, with the new reason under it. A STOP and one milder reason are both kept, the STOP above; of milder ones the
 * first.
 */
const newUnder = sql<string>`case excluded.reason when 'stopped' then ${sql.lit(stopped)} else ${over(sql`excluded.reason`, sql`excluded.detail`)} end`;
const underOne = sql<string>`case
  when coalesce(suppressions.detail, '') not like ${sql.lit(`${overPrefix}%`)} then ${newUnder}
  when suppressions.detail = ${sql.lit(stopped)} and excluded.reason <> 'stopped' then suppressions.detail || ' ' || ${newUnder}
  when suppressions.detail not like ${sql.lit(`${stopped}%`)} and excluded.reason = 'stopped' then ${newUnder} || ' ' || suppressions.detail
  else suppressions.detail end`;

function over(reason: RawBuilder<unknown>, detail: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`${sql.lit(overPrefix)} || ${reason} || coalesce(' ' || ${detail}, '')`;
}

/** Lifts a suppression that stands for this reason and no other; what it stood over stands again. False: there is none. */
export async function liftSuppression(trx: Trx, suppression: AddressKey & { readonly reason: SuppressionReason }): Promise<boolean> {
  const { channel, hash, reason } = suppression;
  await carryOverSuppressions(trx, [suppression]);
  const row = await trx
    .deleteFrom('suppressions')
    .where('channel', '=', channel)
    .where('hash', '=', hash)
    .where('reason', '=', reason)
    .returning(['detail', 'created_at', 'made_by'])
    .executeTakeFirst();
  const [, under, detail = null] = /^over:([a-z-]+)(?: (.*))?$/.exec(row?.detail ?? '') ?? [];
  if (row !== undefined && under !== undefined)
    await trx
      .insertInto('suppressions')
      .values({ channel, hash, reason: under, detail, created_at: row.created_at, made_by: row.made_by })
      .execute();
  return row !== undefined;
}

/** Lifts what the person's own confirmed act lifts, wherever it stands; what stands over it stays, and will stand over nothing. */
export async function liftByConfirmation(trx: Trx, key: AddressKey): Promise<void> {
  for (const reason of liftedByConfirmation) {
    await liftSuppression(trx, { ...key, reason });
    await trx
      .updateTable('suppressions')
      .set({ detail: sql`case when detail like ${`${stopped} %`} then ${stopped} end` })
      .where('channel', '=', key.channel)
      .where('hash', '=', key.hash)
      .where(sql<SqlBool>`detail ~ ${`^(${stopped} )?${overPrefix}${reason}( |$)`}`)
      .execute();
  }
}

/**
 * How many suppressions are known by each secret, by its fingerprint. `oldest`: of the secret that made those from before this was noted.
 */
export async function countSuppressions(db: Db | Trx, oldest: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ by: string; n: number }>`
    select coalesce(made_by, ${oldest}) as by, count(*)::int as n from suppressions group by 1`.execute(db);
  return new Map(rows.map(({ by, n }) => [by, n]));
}
