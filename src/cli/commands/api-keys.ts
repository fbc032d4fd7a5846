import { Option } from 'commander';
import type { ApiKey, ApiKeyRevokeAnswer, NewApiKey, RotatedApiKey } from '../../api/contract/api-keys.js';
import type { Page } from '../../api/contract/shared.js';
import { scopes } from '../../domain/keys/scopes.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { option } from '../options.js';
import { table } from '../text.js';

export const apiKeyListCommand = command({
  name: 'api-key list',
  help: 'the API keys, without their secrets',
  run: (context) => listApiKeys(context),
});

export const apiKeyCreateCommand = command({
  name: 'api-key create <name>',
  help: 'make an API key',
  options: [
    new Option('--scope <scope...>', 'what it may do (else admin, which is everything)').choices([...scopes]),
    option('--expires <instant>', 'when the key ends, such as 2027-06-30T00:00:00Z'),
  ],
  examples: ['sojourn api-key create dashboard --scope read'],
  run: (context, [name = ''], options) => createApiKey(context, name, options()),
});

export const apiKeyRotateCommand = command({
  name: 'api-key rotate <id>',
  help: 'replace an API key; the old one works for another day',
  options: [
    option('--overlap <duration>', 'how long the old one still works, such as PT1H'),
    option('--now', 'after a leak: the old one stops working now'),
  ],
  run: (context, [id = ''], options) => rotateApiKey(context, id, options()),
});

export const apiKeyRevokeCommand = command({
  name: 'api-key revoke <id>',
  help: 'end an API key: it stops working now',
  options: [
    option('--descendants', 'also the keys that it made, directly or through others'),
    option('--force', 'also the last key of scope admin; without one nobody has access'),
  ],
  run: (context, [id = ''], options) => revokeApiKey(context, id, options()),
});

/** `api-key create <name> [--scope <scope...>] [--expires <instant>]` */
async function createApiKey(
  context: CliContext,
  name: string,
  options: { readonly scope?: readonly string[]; readonly expires?: string },
): Promise<Outcome> {
  const made = await (await context.client()).post<NewApiKey>('/v1/api-keys', {
    name,
    ...(options.scope === undefined ? {} : { scopes: options.scope }),
    ...(options.expires === undefined ? {} : { expiresAt: options.expires }),
  });
  const { key } = made;
  const local = await context.localTime();
  const everything = key.scopes.includes('admin') ? ' It opens everything; --scope makes a narrower one.' : '';
  const ends = key.expiresAt === null ? 'It does not end by itself.' : `It ends ${local(key.expiresAt)}.`;
  return {
    value: made,
    text: `${made.secret}\n\nThe API key ${key.name} (${key.id}), for ${key.scopes.join(', ')}. ${ends} It is shown only now.${everything}`,
  };
}

/** `api-key rotate <id> [--overlap <duration>] [--now]` */
async function rotateApiKey(
  context: CliContext,
  id: string,
  options: { readonly overlap?: string; readonly now?: boolean },
): Promise<Outcome> {
  const overlap = options.now === true ? 'PT0S' : options.overlap;
  const made = await (await context.client()).post<RotatedApiKey>(
    `/v1/api-keys/${encodeURIComponent(id)}/rotate`,
    overlap === undefined ? {} : { overlap },
  );
  const local = await context.localTime();
  const old =
    options.now === true
      ? `${id} does not work any more.`
      : `${id} goes on until ${local(made.oldEndsAt)}, so that its users can change over; sojourn api-key revoke ${id} ends it immediately.`;
  return {
    value: made,
    text: `${made.secret}\n\nThe API key ${made.key.name} (${made.key.id}) replaces ${id}. It is shown only now.\n${old}\nIf it was the key of a data folder, the process there makes itself another when it starts after that; until then say --api-key.`,
  };
}

/** `api-key revoke <id> [--descendants] [--force]` */
async function revokeApiKey(
  context: CliContext,
  id: string,
  options: { readonly descendants?: boolean; readonly force?: boolean },
): Promise<Outcome> {
  const result = await (await context.client()).post<ApiKeyRevokeAnswer>(`/v1/api-keys/${encodeURIComponent(id)}/revoke`, {
    descendants: options.descendants === true,
    force: options.force === true,
  });
  const also = result.also.length === 0 ? '' : `\nSo do the keys that it had made: ${named(result.also)}.`;
  const left =
    result.left.length === 0
      ? ''
      : `\nIt had made keys that still open what they did: ${named(result.left)}.\nIf it was in the wrong hands, revoke them too: sojourn api-key revoke <id> --descendants.`;
  return { value: result, text: `The API key ${id} does not work any more.${also}${left}` };
}

/** `api-key list` */
async function listApiKeys(context: CliContext): Promise<Outcome> {
  const { items } = await (await context.client()).get<Page<ApiKey>>('/v1/api-keys');
  const local = await context.localTime();
  const names = new Map(items.map(({ id, name }) => [id, name]));
  const rows = items.map((key) => [
    key.id,
    key.name,
    `${key.prefix}…`,
    key.isOfOldKind ? 'admin (old kind)' : key.scopes.join(', '),
    local(key.createdAt),
    key.parentId === null ? 'a process' : (names.get(key.parentId) ?? key.parentId),
    key.lastUsedAt === null ? 'never' : local(key.lastUsedAt),
    stateOf(key, local),
  ]);
  const old = items.filter((key) => key.isOfOldKind && key.revokedAt === null);
  const warning =
    old.length === 0
      ? ''
      : `\n${old.length === 1 ? 'A key was' : `${old.length} keys were`} made before keys had scopes and ${old.length === 1 ? 'opens' : 'open'} everything: ${named(old)}. Make narrower ones (api-key create --scope), then revoke ${old.length === 1 ? 'it' : 'them'}.`;
  return {
    value: items,
    text: `${table(['key', 'name', 'begins with', 'may', 'made', 'by', 'last used', ''], rows, 'There is no API key: sojourn api-key create <name>.')}${warning}`,
  };
}

function stateOf(key: ApiKey, local: (at: string) => string): string {
  if (key.revokedAt !== null) return `revoked ${local(key.revokedAt)}`;
  return key.expiresAt === null ? 'in use' : `ends ${local(key.expiresAt)}`;
}

function named(keys: readonly ApiKey[]): string {
  return keys.map(({ id, name }) => `${name} (${id})`).join(', ');
}
