import { CliFailure } from './failure.js';

/** Ids of a list, and whose they are. */
export interface RecipientIds {
  readonly by: 'profile' | 'user';
  readonly ids: readonly string[];
}

const ourId = /^[0-9a-z]{26}$/;
const heads: Readonly<Record<string, RecipientIds['by']>> = {
  userid: 'user',
  user_id: 'user',
  'user id': 'user',
  profileid: 'profile',
  profile_id: 'profile',
  'profile id': 'profile',
};

/**
 * Reads a list of recipients: one to a line, or the first column of a CSV. A heading (`userId`, `profileId`) says whose ids they are; without one, ids that
 * all look like ours are ours, and any others are the shop's.
 */
export function readRecipients(text: string, file: string): RecipientIds {
  const cells = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map(firstCell)
    .filter((cell) => cell !== '');
  const head = heads[cells[0]?.toLowerCase() ?? ''];
  const ids = head === undefined ? cells : cells.slice(1);
  if (ids.length === 0) throw new CliFailure(`There is nobody in ${file}: write one id to a line.`, 2);
  if (ids.some((id) => id.includes('@')))
    throw new CliFailure(`There are email addresses in ${file}: write the shop's own ids, or profile ids, one to a line.`, 2);
  return { by: head ?? (ids.every((id) => ourId.test(id)) ? 'profile' : 'user'), ids };
}

function firstCell(line: string): string {
  const quoted = /^\s*"((?:[^"]|"")*)"/.exec(line);
  return (quoted?.[1]?.replaceAll('""', '"') ?? line.split(/[,;\t]/)[0] ?? '').trim();
}
