import { type Kysely, sql } from 'kysely';

/**
 * Whose outcomes are to be worked out again: a row each time that an order, a refusal or a complaint of somebody in an experiment changes,
 * or goes to another profile. Triggers write it, so that no writer can forget it, not that of the build before either. Each change has a
 * row of its own: one that a transaction has not committed yet is never taken for done.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create table outcome_reviews (seq bigserial primary key, profile_id text not null)`.execute(db);
  await sql`
    create function mark_outcomes() returns trigger language plpgsql as $$
    begin
      if exists (select from exposures where profile_id = new.profile_id) then
        insert into outcome_reviews (profile_id) values (new.profile_id);
      end if;
      if tg_op = 'UPDATE' and old.profile_id <> new.profile_id and exists (select from exposures where profile_id = old.profile_id) then
        insert into outcome_reviews (profile_id) values (old.profile_id);
      end if;
      return null;
    end $$`.execute(db);
  await sql`create trigger orders_outcomes after insert or update on orders for each row execute function mark_outcomes()`.execute(db);
  for (const what of ['insert', 'update of profile_id'])
    await sql`create trigger ${sql.raw(`facts_outcomes_${what.slice(0, 6)}`)} after ${sql.raw(what)} on facts for each row
      when (new.name in ('consent.revoked', 'message.complained')) execute function mark_outcomes()`.execute(db);
  await sql`create trigger exposures_outcomes after update of profile_id on exposures for each row
    when (old.profile_id <> new.profile_id) execute function mark_outcomes()`.execute(db);
}
