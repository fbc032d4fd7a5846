import { createHash, randomBytes } from 'node:crypto';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import { ulid } from 'ulid';
import { hasKeyShape } from '../domain/keys/key-shape.js';
import type { WriteKey, WriteKeyKind } from '../domain/keys/speaker.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import type { WriteKeysTable } from './schema.js';
import { rowsOf } from './write-together.js';

const prefixes: Readonly<Record<WriteKeyKind, string>> = { browser: 'sj_wk_pub_', server: 'sj_wk_srv_' };

/** A write key without its secret, which is shown once, when it is made. */
export interface ListedWriteKey {
  readonly id: string;
  readonly name: string;
  /** The first characters of the secret, to tell keys apart. */
  readonly prefix: string;
  readonly kind: WriteKeyKind;
  /** Made before there were two kinds: a browser key that may have been used as a server's. */
  readonly isOld: boolean;
  readonly createdAt: Instant;
  /** From then on it opens nothing: another took its place. Null: it does not end by itself. */
  readonly endsAt: Instant | null;
  /** Some seconds old at most; null: never. */
  readonly lastUsedAt: Instant | null;
  readonly revokedAt: Instant | null;
}

export interface NewWriteKey {
  readonly key: ListedWriteKey;
  /** 256 random bits behind a prefix that says what it opens. The store keeps only its SHA-256. */
  readonly secret: string;
}

/** Makes a key. A fast hash is right here: nobody guesses 256 bits, and a slow one would let strangers keep the server busy. */
export async function createWriteKey(
  db: Db | Trx,
  args: {
    readonly name: string;
    readonly at: Instant;
    readonly kind: WriteKeyKind;
    /** The first of those that this one takes the place of. */
    readonly lineage?: string | null;
  },
): Promise<NewWriteKey> {
  const prefix = prefixes[args.kind];
  const secret = prefix + randomBytes(32).toString('base64url');
  const row: Selectable<WriteKeysTable> = {
    id: ulid().toLowerCase(),
    name: args.name,
    prefix: secret.slice(0, prefix.length + 4),
    hash: hashOfKey(secret),
    created_at: args.at,
    revoked_at: null,
    kind: args.kind,
    lineage: args.lineage ?? null,
    ends_at: null,
    last_used_at: null,
  };
  await db.insertInto('write_keys').values(row).execute();
  return { key: keyOf(row), secret };
}

/**
 * Makes a key of the same name and kind in the place of one that is in use, which ends at `endsAt`, or at once. Null: there is no such key
 * in use. `endsAt`: when the old one ends.
 */
export async function rotateWriteKey(
  trx: Trx,
  id: string,
  { at, endsAt }: { readonly at: Instant; readonly endsAt: Instant },
): Promise<(NewWriteKey & { readonly oldEndsAt: Instant }) | null> {
  const row = await trx.selectFrom('write_keys').selectAll().where('id', '=', id).where(inUse(at)).forUpdate().executeTakeFirst();
  if (row === undefined) return null;
  const end = Math.min(endsAt, row.ends_at ?? endsAt);
  if (end <= at) await revokeWriteKey(trx, id, at);
  else await trx.updateTable('write_keys').set({ ends_at: end }).where('id', '=', id).execute();
  const made = await createWriteKey(trx, { name: row.name, at, kind: row.kind, lineage: row.lineage ?? id });
  return { ...made, oldEndsAt: Math.max(end, at) };
}

/** From now on the key opens nothing. False: there is no such key in use. */
export async function revokeWriteKey(db: Db | Trx, id: string, at: Instant): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('write_keys')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where(inUse(at))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The write key that this secret is, if it opens something. Looking up the hash gives nothing away by how long it takes. */
export async function findWriteKey(db: Db | Trx, secret: string, now: Instant): Promise<WriteKey | null> {
  if (!hasKeyShape('write', secret)) return null;
  const row = await db
    .selectFrom('write_keys')
    .select(['id', 'kind', 'lineage'])
    .where('hash', '=', hashOfKey(secret))
    .where(inUse(now))
    .executeTakeFirst();
  return row === undefined ? null : { id: row.id, kind: row.kind, lineage: row.lineage ?? row.id };
}

/** Whatever became of it. Null: there is none. */
export async function findWriteKeyById(db: Db | Trx, id: string): Promise<ListedWriteKey | null> {
  const row = await db.selectFrom('write_keys').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : keyOf(row);
}

/** Every write key that opens something now, by its hash: a shop has a handful. */
export async function readWriteKeysInUse(db: Db | Trx, now: Instant): Promise<ReadonlyMap<string, WriteKey>> {
  const rows = await db.selectFrom('write_keys').select(['id', 'kind', 'lineage', 'hash']).where(inUse(now)).execute();
  return new Map(rows.map(({ id, kind, lineage, hash }) => [hash, { id, kind, lineage: lineage ?? id }]));
}

/** All write keys, revoked ones among them, oldest first. */
export async function listWriteKeys(db: Db | Trx): Promise<readonly ListedWriteKey[]> {
  const rows = await db.selectFrom('write_keys').selectAll().orderBy('created_at').orderBy('id').execute();
  return rows.map(keyOf);
}

/** When keys were last used, by id; one statement. */
export async function noteUseOfWriteKeys(db: Db | Trx, uses: ReadonlyMap<string, Instant>): Promise<void> {
  if (uses.size === 0) return;
  const rows = [...uses].map(([id, at]) => ({ id, at }));
  await sql`update write_keys k set last_used_at = greatest(k.last_used_at, u.at)
    from ${rowsOf(rows)} as u(id text, at bigint) where k.id = u.id`.execute(db);
}

function inUse(now: Instant): RawBuilder<boolean> {
  return sql<boolean>`revoked_at is null and (ends_at is null or ends_at > ${now})`;
}

function keyOf(row: Selectable<WriteKeysTable>): ListedWriteKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    kind: row.kind,
    isOld: row.kind === 'browser' && !row.prefix.startsWith(prefixes.browser),
    createdAt: row.created_at,
    endsAt: row.ends_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}

/** What the store knows a key by. */
export function hashOfKey(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
