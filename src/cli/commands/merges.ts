import type { Merge, MergeUndoAnswer } from '../../api/contract/merges.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfileId } from '../find-profile.js';
import { limitOption, option } from '../options.js';
import { table } from '../text.js';

export const mergeListCommand = command({
  name: 'merge list',
  help: 'which people were merged, when, by which event and key',
  options: [option('--profile <person>', 'of one person'), limitOption()],
  run: (context, _args, options) => listMerges(context, options()),
});

export const mergeUndoCommand = command({
  name: 'merge undo <id>',
  help: 'undo a merge: make two people of one again',
  run: (context, [id = '']) => undoMerge(context, id),
});

/** `merge list [--profile <id>]` */
async function listMerges(context: CliContext, options: { readonly profile?: string; readonly limit?: number }): Promise<Outcome> {
  const api = await context.client();
  const of = options.profile === undefined ? {} : { profileId: await findProfileId(api, options.profile) };
  const items = await api.list<Merge>('/v1/merges', of, options.limit ?? 50);
  const local = await context.localTime();
  const rows = items.map((merge) => [
    merge.id,
    local(merge.at),
    merge.fromId,
    merge.intoId,
    merge.eventId ?? '',
    merge.keyId ?? '',
    merge.undoneAt === null ? '' : `undone ${local(merge.undoneAt)}`,
  ]);
  return {
    value: items,
    text: table(['merge', 'when', 'merged', 'into', 'event', 'write key', ''], rows, 'No two known people were merged.'),
  };
}

/** `merge undo <id>` */
async function undoMerge(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const result = await api.post<MergeUndoAnswer>(`/v1/merges/${encodeURIComponent(id)}/undo`);
  return {
    value: result,
    text: `Profile ${result.profileId} is a separate person again, apart from ${result.fromProfileId}. Joined carts, and entries that ended because of another, stay as they are.`,
  };
}
