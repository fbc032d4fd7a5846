import type { CliContext, Outcome } from '../context.js';
import { table } from '../text.js';

/** Write keys are for the shop's event clients, API keys for everything else. */
type KeyKind = 'write' | 'api';

interface Key {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
  /** Of write keys. */
  readonly kind?: 'browser' | 'server';
  readonly isOld?: boolean;
}
interface Made {
  readonly key: Key;
  readonly secret: string;
}

const words = { write: 'write key', api: 'API key' } as const;

/** `write-key create <name> [--server]`, `api-key create <name>` */
export async function createKey(
  context: CliContext,
  kind: KeyKind,
  name: string,
  options: { readonly server?: boolean } = {},
): Promise<Outcome> {
  const use = kind === 'api' ? {} : { kind: options.server === true ? 'server' : 'browser' };
  const made = await (await context.client()).post<Made>(`/v1/${kind}-keys`, { name, ...use });
  const what = kind === 'api' ? '' : options.server === true ? secretKey : publicKey;
  return {
    value: made,
    text: `${made.secret}\n\nThe ${words[kind]} ${made.key.name} (${made.key.id}). It is shown now and never again.${what}`,
  };
}

const secretKey = ' It may say anything of anybody: keep it on your servers.';
const publicKey =
  ' It is for browsers, where everybody can read it: what it may say is in docs/security.md. For your own servers: --server.';

/** `write-key rotate <id>`, `api-key rotate <id>` */
export async function rotateKey(context: CliContext, kind: KeyKind, id: string): Promise<Outcome> {
  const made = await (await context.client()).post<Made>(`/v1/${kind}-keys/${encodeURIComponent(id)}/rotate`);
  const own =
    kind === 'api'
      ? ' If it was the one of a data folder, the process there makes itself another when it starts anew; until then say --api-key.'
      : '';
  return {
    value: made,
    text: `${made.secret}\n\nThe ${words[kind]} ${made.key.name} (${made.key.id}) in the place of ${id}, which opens nothing any more. It is shown now and never again.${own}`,
  };
}

/** `write-key revoke <id>`, `api-key revoke <id> [--force]` */
export async function revokeKey(
  context: CliContext,
  kind: KeyKind,
  id: string,
  options: { readonly force?: boolean } = {},
): Promise<Outcome> {
  const result = await (await context.client()).post(`/v1/${kind}-keys/${encodeURIComponent(id)}/revoke`, {
    force: options.force === true,
  });
  return { value: result, text: `The ${words[kind]} ${id} opens nothing any more.` };
}

/** `write-key list`, `api-key list` */
export async function listKeys(context: CliContext, kind: KeyKind): Promise<Outcome> {
  const { items } = await (await context.client()).get<{ readonly items: readonly Key[] }>(`/v1/${kind}-keys`);
  const local = await context.localTime();
  const rows = items.map((key) => [
    key.id,
    key.name,
    `${key.prefix}…`,
    ...(kind === 'write' ? [key.isOld === true ? 'browser (made before there were two kinds)' : (key.kind ?? '')] : []),
    local(key.createdAt),
    key.revokedAt === null ? 'in use' : `revoked ${local(key.revokedAt)}`,
  ]);
  return {
    value: items,
    text: table(
      ['key', 'name', 'begins with', ...(kind === 'write' ? ['kind'] : []), 'made', ''],
      rows,
      `There is no ${words[kind]}: sojourn ${kind}-key create <name>.`,
    ),
  };
}
