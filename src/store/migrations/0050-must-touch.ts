import { type Kysely, sql } from 'kysely';

/**
 * Writes that go with their commit are compared by the store itself with what they must touch. Where another transaction came between, this
 * one fails in the way that has it run again.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create function must_touch(touched bigint[], expected bigint[]) returns boolean language plpgsql as $$
    begin
      if touched <> expected then
        raise serialization_failure using message = 'Some rows were taken by another transaction meanwhile.';
      end if;
      return true;
    end $$`.execute(db);
}
