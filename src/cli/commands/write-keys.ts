import type { CliContext, Outcome } from '../context.js';
import { table } from '../text.js';

interface Key {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}
interface Made {
  readonly key: Key;
  readonly secret: string;
}

/** `write-key create <name>` */
export async function createWriteKey(context: CliContext, name: string): Promise<Outcome> {
  const made = await (await context.client()).post<Made>('/v1/write-keys', { name });
  return { value: made, text: `${made.secret}\n\nThe key ${made.key.name} (${made.key.id}). It is shown now and never again.` };
}

/** `write-key rotate <id>` */
export async function rotateWriteKey(context: CliContext, id: string): Promise<Outcome> {
  const made = await (await context.client()).post<Made>(`/v1/write-keys/${encodeURIComponent(id)}/rotate`);
  return {
    value: made,
    text: `${made.secret}\n\nThe key ${made.key.name} (${made.key.id}) in the place of ${id}, which opens nothing any more. It is shown now and never again.`,
  };
}

/** `write-key revoke <id>` */
export async function revokeWriteKey(context: CliContext, id: string): Promise<Outcome> {
  const result = await (await context.client()).post(`/v1/write-keys/${encodeURIComponent(id)}/revoke`);
  return { value: result, text: `The write key ${id} opens nothing any more.` };
}

/** `write-key list` */
export async function listWriteKeys(context: CliContext): Promise<Outcome> {
  const { items } = await (await context.client()).get<{ readonly items: readonly Key[] }>('/v1/write-keys');
  const local = await context.localTime();
  const rows = items.map((key) => [
    key.id,
    key.name,
    `${key.prefix}…`,
    local(key.createdAt),
    key.revokedAt === null ? 'in use' : `revoked ${local(key.revokedAt)}`,
  ]);
  return {
    value: items,
    text: table(['key', 'name', 'begins with', 'made', ''], rows, 'There is no write key: sojourn write-key create <name>.'),
  };
}
