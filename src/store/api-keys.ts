import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { ulid } from 'ulid';
import type { Scope } from '../domain/keys/scopes.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import type { ApiKeysTable } from './schema.js';

/** An API key without its secret, which is shown once, when it is made. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** The first characters of the secret, to tell keys apart. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  /** Made when keys had no scopes: it opens everything, and nobody decided that it should. */
  readonly isOfOldKind: boolean;
  readonly createdAt: Instant;
  /** From then on it opens nothing. Null: it does not end by itself. */
  readonly expiresAt: Instant | null;
  /** Some minutes old at most; null: never. */
  readonly lastUsedAt: Instant | null;
  readonly revokedAt: Instant | null;
  /** The key that made it. Null: a process made it for its owner. */
  readonly parentId: string | null;
  /** The key in whose place it was made. */
  readonly replaces: string | null;
}

export interface NewApiKey {
  readonly key: ApiKey;
  /** 256 random bits behind a prefix that says what it opens. The store keeps only its SHA-256. */
  readonly secret: string;
}

const prefix = 'sj_api_';

export async function createApiKey(
  db: Db | Trx,
  key: Pick<ApiKey, 'name' | 'scopes'> & Partial<Pick<ApiKey, 'expiresAt' | 'parentId' | 'replaces'>> & { readonly at: Instant },
): Promise<NewApiKey> {
  const secret = prefix + randomBytes(32).toString('base64url');
  const row: ApiKeysTable = {
    id: ulid().toLowerCase(),
    name: key.name,
    prefix: secret.slice(0, prefix.length + 4),
    hash: hashOf(secret),
    created_at: key.at,
    revoked_at: null,
    scopes: [...key.scopes],
    expires_at: key.expiresAt ?? null,
    parent_id: key.parentId ?? null,
    replaces: key.replaces ?? null,
    last_used_at: null,
  };
  await db.insertInto('api_keys').values(row).execute();
  return { key: keyOf(row), secret };
}

/** The key that this secret is, whatever became of it. Looking up the hash gives nothing away by how long it takes. */
export async function findApiKeyBySecret(db: Db | Trx, secret: string): Promise<ApiKey | null> {
  const row = await db.selectFrom('api_keys').selectAll().where('hash', '=', hashOf(secret)).executeTakeFirst();
  return row ? keyOf(row) : null;
}

/** All keys, revoked ones among them, oldest first. */
export async function listApiKeys(db: Db | Trx): Promise<readonly ApiKey[]> {
  const rows = await db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id').execute();
  return rows.map(keyOf);
}

/** The keys that are not revoked, locked until the transaction ends: what is decided about the last of them holds. */
export async function lockUnrevokedApiKeys(trx: Trx): Promise<readonly ApiKey[]> {
  const rows = await trx.selectFrom('api_keys').selectAll().where('revoked_at', 'is', null).orderBy('id').forUpdate().execute();
  return rows.map(keyOf);
}

export async function revokeApiKeys(trx: Trx, ids: readonly string[], at: Instant): Promise<void> {
  await trx.updateTable('api_keys').set({ revoked_at: at }).where('id', 'in', ids).where('revoked_at', 'is', null).execute();
}

/** The key ends then, or earlier where it would have anyway. */
export async function endApiKey(trx: Trx, id: string, at: Instant): Promise<void> {
  await sql`update api_keys set expires_at = least(coalesce(expires_at, ${at}::bigint), ${at}::bigint) where id = ${id}`.execute(trx);
}

/** Says what a key of the old kind opens. */
export async function scopeApiKey(db: Db | Trx, id: string, scopes: readonly Scope[]): Promise<void> {
  await db
    .updateTable('api_keys')
    .set({ scopes: [...scopes] })
    .where('id', '=', id)
    .where('scopes', 'is', null)
    .execute();
}

function keyOf(row: ApiKeysTable): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes === null ? ['admin'] : (row.scopes as readonly Scope[]),
    isOfOldKind: row.scopes === null,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
    parentId: row.parent_id,
    replaces: row.replaces,
  };
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
/** When keys were last used, by id; one statement. */
export async function noteUseOfApiKeys(db: Db | Trx, uses: ReadonlyMap<string, Instant>): Promise<void> {
  const rows = [...uses].map(([id, at]) => ({ id, at }));
  await sql`update api_keys k set last_used_at = greatest(k.last_used_at, u.at)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as u(id text, at bigint) where k.id = u.id`.execute(db);
}
