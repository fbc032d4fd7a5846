import type { Page } from '../../api/contract/shared.js';
import type { ListedWriteKey, NewWriteKey, RotatedWriteKey, WriteKeyRevokeAnswer } from '../../api/contract/write-keys.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { option } from '../options.js';
import { table } from '../text.js';

export const writeKeyListCommand = command({
  name: 'write-key list',
  help: 'the write keys, without their secrets',
  run: (context) => listKeys(context),
});

export const writeKeyCreateCommand = command({
  name: 'write-key create <name>',
  help: 'make a write key',
  options: [option('--server', 'a secret key for the shop’s own servers; otherwise the key is for browsers')],
  run: (context, [name = ''], options) => createKey(context, name, options()),
});

export const writeKeyRotateCommand = command({
  name: 'write-key rotate <id>',
  help: 'replace a write key; the old one works for another day',
  options: [
    option('--overlap <duration>', 'how long the old one still works, such as PT1H'),
    option('--now', 'after a leak: the old one stops working now'),
  ],
  run: (context, [id = ''], options) => rotateKey(context, id, options()),
});

export const writeKeyRevokeCommand = command({
  name: 'write-key revoke <id>',
  help: 'end a write key: it stops working now',
  run: (context, [id = '']) => revokeKey(context, id),
});

const secretKey = ' It may say anything about anyone: keep it on your servers.';
const publicKey =
  ' It is for browsers, where everyone can read it; docs/security.md says what it may do. For your own servers, use --server.';

/** `write-key create <name> [--server]` */
async function createKey(context: CliContext, name: string, options: { readonly server?: boolean } = {}): Promise<Outcome> {
  const isServer = options.server === true;
  const made = await (await context.client()).post<NewWriteKey>('/v1/write-keys', { name, kind: isServer ? 'server' : 'browser' });
  return {
    value: made,
    text: `${made.secret}\n\nThe write key ${made.key.name} (${made.key.id}). It is shown only now.${isServer ? secretKey : publicKey}`,
  };
}

/** `write-key rotate <id> [--overlap <duration>] [--now]` */
async function rotateKey(
  context: CliContext,
  id: string,
  options: { readonly overlap?: string; readonly now?: boolean } = {},
): Promise<Outcome> {
  const overlap = options.now === true ? 'PT0S' : options.overlap;
  const made = await (await context.client()).post<RotatedWriteKey>(
    `/v1/write-keys/${encodeURIComponent(id)}/rotate`,
    overlap === undefined ? {} : { overlap },
  );
  const local = await context.localTime();
  const old =
    options.now === true
      ? `${id} does not work any more.`
      : `${id} works until ${local(made.oldEndsAt)}; sojourn write-key list says when it was last used, sojourn write-key revoke ${id} ends it immediately.`;
  return {
    value: made,
    text: `${made.secret}\n\nThe write key ${made.key.name} (${made.key.id}) replaces ${id}. It is shown only now.\n${old}`,
  };
}

/** `write-key revoke <id>` */
async function revokeKey(context: CliContext, id: string): Promise<Outcome> {
  const result = await (await context.client()).post<WriteKeyRevokeAnswer>(`/v1/write-keys/${encodeURIComponent(id)}/revoke`);
  return { value: result, text: `The write key ${id} does not work any more.` };
}

/** `write-key list` */
async function listKeys(context: CliContext): Promise<Outcome> {
  const { items } = await (await context.client()).get<Page<ListedWriteKey>>('/v1/write-keys');
  const local = await context.localTime();
  const rows = items.map((key) => [
    key.id,
    key.name,
    `${key.prefix}…`,
    key.isOld ? 'browser (from before the two kinds)' : key.kind,
    local(key.createdAt),
    key.lastUsedAt === null ? 'never' : local(key.lastUsedAt),
    stateOf(key, local),
  ]);
  const list = table(
    ['key', 'name', 'begins with', 'kind', 'made', 'last used', ''],
    rows,
    'There is no write key: sojourn write-key create <name>.',
  );
  return { value: items, text: [list, ...items.flatMap((key) => refusalsOf(key, local))].join('\n\n') };
}

function stateOf({ revokedAt, endsAt }: ListedWriteKey, local: (at: string) => string): string {
  if (revokedAt !== null) return `revoked ${local(revokedAt)}`;
  return endsAt === null ? 'in use' : `replaced, ends ${local(endsAt)}`;
}

/** What a browser key tried that it may not. Of one that stands in a server that is what the server is missing. */
function refusalsOf({ id, name, isOld, revokedAt, refused }: ListedWriteKey, local: (at: string) => string): readonly string[] {
  if (revokedAt !== null || refused.length === 0) return [];
  const acts = refused.map(({ what, count, lastAt }) => `  ${count} × ${what} (last ${local(lastAt)})`);
  const what = isOld ? 'is from before the two kinds, and' : 'is a browser key, and';
  return [
    [
      `! ${name} (${id}) ${what} did what a browser key may not:`,
      ...acts,
      `  If one of your servers uses it: sojourn write-key create <name> --server. Otherwise see: sojourn write-key acts ${id}.`,
    ].join('\n'),
  ];
}
