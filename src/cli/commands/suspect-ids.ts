import type { SuspectId, SuspectIdListAnswer } from '../../api/contract/suspect-ids.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { oneLine } from '../printable.js';
import { table } from '../text.js';

export const suspectIdListCommand = command({
  name: 'suspect-id list',
  help: 'user ids that are placeholders, or that came with too many browsers or addresses',
  run: (context) => listSuspectIds(context),
});

const words: Readonly<Record<SuspectId['why'], string>> = {
  placeholder: 'a placeholder: its events use their anonymous ids',
  crowded: 'brought more browsers or addresses within a day than one person has: joins nobody',
};

/** `suspect-id list` */
async function listSuspectIds(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const { items } = await api.get<SuspectIdListAnswer>('/v1/suspect-ids');
  const local = items.length === 0 ? null : await context.localTime();
  const rows = items.map((one) => [oneLine(one.value), words[one.why], local?.(one.sinceAt) ?? '', local?.(one.seenAt) ?? '']);
  return {
    value: items,
    text: table(['user id', 'what is wrong', 'since', 'last'], rows, 'No user id of the last seven days is suspect.'),
  };
}
