import type { AuditedAct } from '../../api/contract/audit.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { findProfileId } from '../find-profile.js';
import { limitOption, option } from '../options.js';
import { table } from '../text.js';

export const auditListCommand = command({
  name: 'audit list',
  help: 'who did, read or exported what, the newest first',
  options: [
    option('--person <id>', 'about this person: our id or one of the shop’s'),
    option('--key <id>', 'by this API key'),
    option('--act <act>', 'only this act, such as profile.export, or all acts on a noun, such as profile'),
    option('--since <instant>', 'since this instant, such as 2026-12-01T00:00:00Z'),
    option('--until <instant>', 'before this instant'),
    limitOption(),
  ],
  examples: ['sojourn audit list --act profile.export --since 2026-12-01T00:00:00Z'],
  run: (context, _args, options) => listAudit(context, options()),
});

interface Asked {
  readonly person?: string;
  readonly key?: string;
  readonly act?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
}

/** `audit list [--person <id>] [--key <id>] [--act <act>] [--since <instant>] [--until <instant>]` */
async function listAudit(context: CliContext, options: Asked): Promise<Outcome> {
  const api = await context.client();
  const acts = await api.list<AuditedAct>(
    '/v1/audit',
    {
      profileId: options.person === undefined ? undefined : await idOf(context, options.person),
      keyId: options.key,
      act: options.act,
      since: options.since,
      until: options.until,
    },
    options.limit,
  );
  const local = await context.localTime();
  const rows = acts.map((act) => [local(act.at), whoOf(act), act.act, whomOf(act.profileIds), act.subject ?? '', outcomeOf(act.status)]);
  return { value: acts, text: table(['when', 'who', 'what', 'whom', 'about', ''], rows, 'There are no such acts.') };
}

/** Of an erased person only our own id is left, which the log still knows. */
async function idOf(context: CliContext, id: string): Promise<string> {
  try {
    return findProfileId(await context.client(), id);
  } catch (error) {
    if (error instanceof CliFailure && /^[0-9a-z]{26}$/.test(id)) return id;
    throw error;
  }
}

function whoOf({ actorKind, actorId, actorName }: AuditedAct): string {
  switch (actorKind) {
    case 'api-key':
      return `key ${actorName ?? ''} (${actorId ?? '?'})`;
    case 'person':
      return 'the person, with a link';
    case 'system':
      return 'the program';
  }
}

function whomOf(ids: readonly string[]): string {
  return ids.length > 3 ? `${ids.slice(0, 3).join(' ')} and ${ids.length - 3} more` : ids.join(' ');
}

function outcomeOf(status: number | null): string {
  if (status === null) return 'not known: interrupted, or in progress';
  return status < 400 ? 'done' : status === 403 ? 'refused: scope' : `refused: ${status}`;
}
