import type { CliContext, Outcome } from '../context.js';
import { table } from '../text.js';

interface Key {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
  readonly kind: 'browser' | 'server';
  readonly isOld: boolean;
}
interface Made {
  readonly key: Key;
  readonly secret: string;
}

const secretKey = ' It may say anything of anybody: keep it on your servers.';
const publicKey =
  ' It is for browsers, where everybody can read it: what it may say is in docs/security.md. For your own servers: --server.';

/** `write-key create <name> [--server]` */
export async function createKey(context: CliContext, name: string, options: { readonly server?: boolean } = {}): Promise<Outcome> {
  const isServer = options.server === true;
  const made = await (await context.client()).post<Made>('/v1/write-keys', { name, kind: isServer ? 'server' : 'browser' });
  return {
    value: made,
    text: `${made.secret}\n\nThe write key ${made.key.name} (${made.key.id}). It is shown now and never again.${isServer ? secretKey : publicKey}`,
  };
}

/** `write-key rotate <id>` */
export async function rotateKey(context: CliContext, id: string): Promise<Outcome> {
  const made = await (await context.client()).post<Made>(`/v1/write-keys/${encodeURIComponent(id)}/rotate`);
  return {
    value: made,
    text: `${made.secret}\n\nThe write key ${made.key.name} (${made.key.id}) in the place of ${id}, which opens nothing any more. It is shown now and never again.`,
  };
}

/** `write-key revoke <id>` */
export async function revokeKey(context: CliContext, id: string): Promise<Outcome> {
  const result = await (await context.client()).post(`/v1/write-keys/${encodeURIComponent(id)}/revoke`);
  return { value: result, text: `The write key ${id} opens nothing any more.` };
}

/** `write-key list` */
export async function listKeys(context: CliContext): Promise<Outcome> {
  const { items } = await (await context.client()).get<{ readonly items: readonly Key[] }>('/v1/write-keys');
  const local = await context.localTime();
  const rows = items.map((key) => [
    key.id,
    key.name,
    `${key.prefix}…`,
    key.isOld ? 'browser (made before there were two kinds)' : key.kind,
    local(key.createdAt),
    key.revokedAt === null ? 'in use' : `revoked ${local(key.revokedAt)}`,
  ]);
  return {
    value: items,
    text: table(['key', 'name', 'begins with', 'kind', 'made', ''], rows, 'There is no write key: sojourn write-key create <name>.'),
  };
}
