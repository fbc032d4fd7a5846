import { createHash, randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import { ulid } from 'ulid';
import type { Instant } from '../domain/instant.js';
import { hasKeyShape, type KeyKind } from '../domain/key-shape.js';
import type { WriteKey, WriteKeyKind } from '../domain/speaker.js';
import type { Db, Trx } from './db.js';
import type { KeysTable, WriteKeysTable } from './schema.js';

export type { KeyKind } from '../domain/key-shape.js';

const tables = { write: 'write_keys', api: 'api_keys' } as const;
const prefixes = { browser: 'sj_wk_pub_', server: 'sj_wk_srv_', api: 'sj_api_' } as const;

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

/** A write key as it is listed. */
export interface ListedWriteKey extends Key {
  readonly kind: WriteKeyKind;
  /** Made before there were two kinds: a browser key that may have been used as a server's. */
  readonly isOld: boolean;
}

interface NewKeyArgs {
  readonly name: string;
  readonly at: Instant;
  /** Of write keys; a browser key when absent. */
  readonly kind?: WriteKeyKind;
  /** Of write keys: the first of those that this one takes the place of. */
  readonly lineage?: string | null;
}

/** Makes a key. A fast hash is right here: nobody guesses 256 bits, and a slow one would let strangers keep the server busy. */
export async function createKey(db: Db | Trx, kind: KeyKind, args: NewKeyArgs): Promise<NewKey> {
  const use = args.kind ?? 'browser';
  const prefix = prefixes[kind === 'api' ? 'api' : use];
  const secret = prefix + randomBytes(32).toString('base64url');
  const row: KeysTable = {
    id: ulid().toLowerCase(),
    name: args.name,
    prefix: secret.slice(0, prefix.length + 4),
    hash: hashOfKey(secret),
    created_at: args.at,
    revoked_at: null,
  };
  if (kind === 'api') await db.insertInto('api_keys').values(row).execute();
  else
    await db
      .insertInto('write_keys')
      .values({ ...row, kind: use, lineage: args.lineage ?? null })
      .execute();
  return { key: keyOf(row), secret };
}

/** Revokes a key and makes one of the same name and kind in its place. Null: there is no such key, or it is revoked already. */
export async function rotateKey(trx: Trx, kind: KeyKind, id: string, at: Instant): Promise<NewKey | null> {
  const row = await revoke(trx, kind, id, at);
  if (!row) return null;
  const write =
    kind === 'write' ? await trx.selectFrom('write_keys').select(['kind', 'lineage']).where('id', '=', id).executeTakeFirst() : undefined;
  return createKey(trx, kind, { name: row.name, at, ...(write ? { kind: write.kind, lineage: write.lineage ?? id } : {}) });
}

/** The write key that this secret is, unless it is revoked. */
export async function findWriteKey(db: Db | Trx, secret: string): Promise<WriteKey | null> {
  if (!hasKeyShape('write', secret)) return null;
  const row = await db
    .selectFrom('write_keys')
    .select(['id', 'kind', 'lineage'])
    .where('hash', '=', hashOfKey(secret))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row ? { id: row.id, kind: row.kind, lineage: row.lineage ?? row.id } : null;
}

/** All write keys, revoked ones among them, oldest first. */
export async function listWriteKeys(db: Db | Trx): Promise<readonly ListedWriteKey[]> {
  const rows = await db.selectFrom('write_keys').selectAll().orderBy('created_at').orderBy('id').execute();
  return rows.map(writeKeyOf);
}

function writeKeyOf(row: Selectable<WriteKeysTable>): ListedWriteKey {
  return { ...keyOf(row), kind: row.kind, isOld: row.kind === 'browser' && !row.prefix.startsWith(prefixes.browser) };
}

/** From now on the key opens nothing. False: there is no such key, or it is revoked already. */
export async function revokeKey(db: Db | Trx, kind: KeyKind, id: string, at: Instant): Promise<boolean> {
  return (await revoke(db, kind, id, at)) !== undefined;
}

/** Ids of the keys that open something, locked until the transaction ends: what is decided about the last of them holds. */
export async function lockKeysInUse(trx: Trx, kind: KeyKind): Promise<readonly string[]> {
  const rows = await trx.selectFrom(tables[kind]).select('id').where('revoked_at', 'is', null).orderBy('id').forUpdate().execute();
  return rows.map(({ id }) => id);
}

/** The key that this secret is, unless it is revoked. Looking up the hash gives nothing away by how long it takes. */
export async function findKeyBySecret(db: Db | Trx, kind: KeyKind, secret: string): Promise<Key | null> {
  if (!hasKeyShape(kind, secret)) return null;
  const row = await db
    .selectFrom(tables[kind])
    .selectAll()
    .where('hash', '=', hashOfKey(secret))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row ? keyOf(row) : null;
}

/** Every write key that is not revoked, by its hash: a shop has a handful. */
export async function readWriteKeysInUse(db: Db | Trx): Promise<ReadonlyMap<string, WriteKey>> {
  const rows = await db.selectFrom('write_keys').select(['id', 'kind', 'lineage', 'hash']).where('revoked_at', 'is', null).execute();
  return new Map(rows.map(({ id, kind, lineage, hash }) => [hash, { id, kind, lineage: lineage ?? id }]));
}

/** All keys of a kind, revoked ones among them, oldest first. */
export async function listKeys(db: Db | Trx, kind: KeyKind): Promise<readonly Key[]> {
  const rows = await db.selectFrom(tables[kind]).selectAll().orderBy('created_at').orderBy('id').execute();
  return rows.map(keyOf);
}

function revoke(db: Db | Trx, kind: KeyKind, id: string, at: Instant): Promise<KeysTable | undefined> {
  return db
    .updateTable(tables[kind])
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

function keyOf(row: KeysTable): Key {
  return { id: row.id, name: row.name, prefix: row.prefix, createdAt: row.created_at, revokedAt: row.revoked_at };
}

/** What the store knows a key by. */
export function hashOfKey(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
