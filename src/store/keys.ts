import { createHash, randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import type { Instant } from '../domain/instant.js';
import type { Db, Trx } from './db.js';
import type { KeysTable } from './schema.js';

/** Write keys are what a shop's event client sends with; API keys open the rest of the API. */
export type KeyKind = 'write' | 'api';

const kinds = {
  write: { table: 'write_keys', prefix: 'sj_wk_' },
  api: { table: 'api_keys', prefix: 'sj_api_' },
} as const;

/** A key without its secret, which is shown once, when it is made. */
export interface Key {
  readonly id: string;
  readonly name: string;
  /** The first characters of the secret, to tell keys apart. */
  readonly prefix: string;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
}

export interface NewKey {
  readonly key: Key;
  /** 256 random bits behind a prefix that says what it opens. The store keeps only its SHA-256. */
  readonly secret: string;
}

/** Makes a key. A fast hash is right here: nobody guesses 256 bits, and a slow one would let strangers keep the server busy. */
export async function createKey(db: Db | Trx, kind: KeyKind, args: { readonly name: string; readonly at: Instant }): Promise<NewKey> {
  const { table, prefix } = kinds[kind];
  const secret = prefix + randomBytes(32).toString('base64url');
  const row: KeysTable = {
    id: ulid().toLowerCase(),
    name: args.name,
    prefix: secret.slice(0, prefix.length + 4),
    hash: hashOf(secret),
    created_at: args.at,
    revoked_at: null,
  };
  await db.insertInto(table).values(row).execute();
  return { key: keyOf(row), secret };
}

/** Revokes a key and makes one of the same name in its place. Null: there is no such key, or it is revoked already. */
export async function rotateKey(trx: Trx, kind: KeyKind, id: string, at: Instant): Promise<NewKey | null> {
  const row = await revoke(trx, kind, id, at);
  return row ? createKey(trx, kind, { name: row.name, at }) : null;
}

/** From now on the key opens nothing. False: there is no such key, or it is revoked already. */
export async function revokeKey(db: Db | Trx, kind: KeyKind, id: string, at: Instant): Promise<boolean> {
  return (await revoke(db, kind, id, at)) !== undefined;
}

/** Ids of the keys that open something, locked until the transaction ends: what is decided about the last of them holds. */
export async function lockKeysInUse(trx: Trx, kind: KeyKind): Promise<readonly string[]> {
  const rows = await trx.selectFrom(kinds[kind].table).select('id').where('revoked_at', 'is', null).orderBy('id').forUpdate().execute();
  return rows.map(({ id }) => id);
}

/** The key that this secret is, unless it is revoked. Looking up the hash gives nothing away by how long it takes. */
export async function findKeyBySecret(db: Db | Trx, kind: KeyKind, secret: string): Promise<Key | null> {
  const row = await db
    .selectFrom(kinds[kind].table)
    .selectAll()
    .where('hash', '=', hashOf(secret))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row ? keyOf(row) : null;
}

/** All keys of a kind, revoked ones among them, oldest first. */
export async function listKeys(db: Db | Trx, kind: KeyKind): Promise<readonly Key[]> {
  const rows = await db.selectFrom(kinds[kind].table).selectAll().orderBy('created_at').orderBy('id').execute();
  return rows.map(keyOf);
}

function revoke(db: Db | Trx, kind: KeyKind, id: string, at: Instant): Promise<KeysTable | undefined> {
  return db
    .updateTable(kinds[kind].table)
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

function keyOf(row: KeysTable): Key {
  return { id: row.id, name: row.name, prefix: row.prefix, createdAt: row.created_at, revokedAt: row.revoked_at };
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
