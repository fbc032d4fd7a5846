import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { jsonText } from './json.js';

const key = 'user-token';

/** Which secret of user tokens is in force, and since when (service clock). The one before counts until `previousUntil` (real clock). */
export interface UserTokenVersion {
  readonly version: number;
  readonly previousUntil: Instant | null;
}

const first: UserTokenVersion = { version: 1, previousUntil: null };

export async function readUserTokenVersion(db: Db | Trx): Promise<UserTokenVersion> {
  const row = await db.selectFrom('controls').select('value').where('key', '=', key).executeTakeFirst();
  return row === undefined ? first : (row.value as UserTokenVersion);
}

export async function writeUserTokenVersion(trx: Trx, version: UserTokenVersion, at: Instant): Promise<void> {
  const value = jsonText(version);
  await trx
    .insertInto('controls')
    .values({ key, value, updated_at: at })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: at }))
    .execute();
}

/** Two rotations come one after the other. */
export async function lockUserTokenVersion(trx: Trx): Promise<UserTokenVersion> {
  await trx
    .insertInto('controls')
    .values({ key, value: jsonText(first), updated_at: 0 })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  const row = await trx.selectFrom('controls').select('value').where('key', '=', key).forUpdate().executeTakeFirstOrThrow();
  return row.value as UserTokenVersion;
}
