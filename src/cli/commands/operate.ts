import type { StoreBackupAnswer } from '../../api/contract/backups.js';
import type { EntryReconcileAnswer } from '../../api/contract/entries.js';
import type { Readiness } from '../../api/contract/health.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { paragraphs, plural, table } from '../text.js';

export const statusCommand = command({
  name: 'status',
  help: 'the state of the running instance',
  run: (context) => showStatus(context),
});

export const backupCommand = command({
  name: 'backup',
  help: 'write a copy of the embedded store',
  run: (context) => backUp(context),
});

export const reconcileCommand = command({
  name: 'reconcile',
  help: 'after a loss of Temporal: make sure that every open entry has its workflow',
  run: (context) => reconcile(context),
});

function headline({ status, notices }: Readiness): string {
  if (status !== 'ok' || notices.length === 0) return words[status];
  return `It runs, but ${plural(notices.length, 'thing needs', 'things need')} your attention`;
}

const words = { ok: 'All is well', degraded: 'It accepts events, but a part is down', down: 'It cannot accept events' } as const;

/** `status`: how the running instance is. */
async function showStatus(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const ready = await api.get<Readiness>('/readyz');
  const local = await context.localTime();
  const wants = ready.notices.map(({ sentence }) => `! ${sentence}`);
  return {
    value: ready,
    text: paragraphs(
      `${headline(ready)}. Sojourn ${ready.version} at ${api.url}; its clock shows ${local(ready.now)}${ready.clockRate === 1 ? '' : `, ${ready.clockRate} times as fast as real time`}.`,
      table(
        ['part', 'state', ''],
        ready.parts.map((part) => [part.name, part.state, part.detail ?? '']),
        '',
      ),
      wants.length === 0 ? null : wants.join('\n'),
    ),
    exitCode: ready.status === 'down' ? 1 : 0,
  };
}

/** `backup` */
async function backUp(context: CliContext): Promise<Outcome> {
  const result = await (await context.client()).post<StoreBackupAnswer>('/v1/backups');
  return { value: result, text: `Backed up to ${result.path} (${(result.bytes / 1_048_576).toFixed(1)} MiB).` };
}

/** `reconcile` */
async function reconcile(context: CliContext): Promise<Outcome> {
  const result = await (await context.client()).post<EntryReconcileAnswer>('/v1/reconciliations');
  return {
    value: result,
    text: `${plural(result.done, 'open entry', 'open entries')} of ${result.total} ensured${result.done < result.total ? '; the rest will follow' : ''}.`,
  };
}
