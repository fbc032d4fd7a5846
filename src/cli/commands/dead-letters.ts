import type { ChosenDeadLetters, DeadLetter, DeadLetterRetryAnswer, WholeDeadLetter } from '../../api/contract/dead-letters.js';
import type { ApiClient } from '../client.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { LetterSourceOption, limitOption, option } from '../options.js';
import { readAnswer } from '../read-answer.js';
import { paragraphs, plural, table } from '../text.js';

export const deadLetterListCommand = command({
  name: 'dead-letter list',
  help: 'events and mails that could not be accepted, and why',
  options: [
    option('--all', 'also those that are done'),
    new LetterSourceOption('only from this source'),
    option('--reason <code>', 'only with this reason, such as no-report'),
    limitOption(),
  ],
  run: (context, _args, options) => listDeadLetters(context, options()),
});

export const deadLetterShowCommand = command({
  name: 'dead-letter show <id>',
  help: 'a dead letter with its content',
  run: (context, [id = '']) => showDeadLetter(context, id),
});

export const deadLetterDiscardCommand = command({
  name: 'dead-letter discard [ids...]',
  help: 'delete dead letters with their content',
  options: [
    new LetterSourceOption('all open ones from this source'),
    option('--reason <code>', 'all open ones with this reason'),
    option('--all', 'all open ones'),
  ],
  run: (context, args, options) => settleDeadLetters(context, 'discard', args, options()),
});

export const deadLetterResolveCommand = command({
  name: 'dead-letter resolve [ids...]',
  help: 'mark dead letters as done: a person has dealt with them',
  options: [
    new LetterSourceOption('all open ones from this source'),
    option('--reason <code>', 'all open ones with this reason'),
    option('--all', 'all open ones'),
  ],
  run: (context, args, options) => settleDeadLetters(context, 'resolve', args, options()),
});

export const deadLetterRetryCommand = command({
  name: 'dead-letter retry [ids...]',
  help: 'process dead letters again, after the cause is mended',
  options: [option('--all', 'all open ones')],
  run: (context, args, options) => retryDeadLetters(context, args, options()),
});

interface ListOptions {
  readonly all?: boolean;
  readonly source?: string;
  readonly reason?: string;
  readonly limit: number;
}

/** `dead-letter list`: what could not be taken. What the letters hold is personal data: `dead-letter show` shows it. */
async function listDeadLetters(context: CliContext, options: ListOptions): Promise<Outcome> {
  const api = await context.client();
  const letters = await api.list<DeadLetter>(
    '/v1/dead-letters',
    { state: options.all ? 'all' : 'open', source: options.source, reason: options.reason },
    options.limit,
  );
  const local = letters.length === 0 ? null : await context.localTime();
  const rows = letters.map((letter) => [
    letter.id,
    local?.(letter.receivedAt) ?? '',
    letter.reason,
    letter.resolvedAt === null ? letter.detail : `${letter.detail} (done)`,
  ]);
  return { value: letters, text: table(['dead letter', 'received', 'reason', 'what is wrong'], rows, 'No dead letters.') };
}

/** `dead-letter retry <ids…>`, or all that are open. */
async function retryDeadLetters(context: CliContext, ids: readonly string[], options: { readonly all?: boolean }): Promise<Outcome> {
  if ((ids.length === 0) === (options.all !== true)) throw new CliFailure('Name the dead letters, or say --all.', 2);
  const api = await context.client();
  const chosen = options.all ? await openLetters(api) : ids;
  const results = [];
  for (const id of chosen) results.push(await api.post<DeadLetterRetryAnswer>(`/v1/dead-letters/${encodeURIComponent(id)}/retry`));
  const failed = results.filter((result) => !result.resolved);
  const lines = [
    `${plural(results.length - failed.length, 'dead letter was', 'dead letters were')} accepted.`,
    ...failed.map((result) => `${result.id} still cannot be accepted: ${result.reason ?? 'no reason was given'}`),
  ];
  return { value: results, text: results.length === 0 ? 'No dead letters.' : lines.join('\n'), exitCode: failed.length > 0 ? 1 : 0 };
}

async function openLetters(api: ApiClient): Promise<readonly string[]> {
  const { deadLetter } = await import('../../api/contract/dead-letters.js');
  const letters = await api.list<DeadLetter>('/v1/dead-letters', { state: 'open' }, 10_000);
  return letters.map((letter) => readAnswer(deadLetter, letter).id);
}

/** `dead-letter show <id>`, with what it holds. */
async function showDeadLetter(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const letter = await api.get<WholeDeadLetter>(`/v1/dead-letters/${encodeURIComponent(id)}`);
  const local = await context.localTime();
  const came = `${letter.id} came ${local(letter.receivedAt)} from ${letter.source} (${letter.reason}). ${letter.detail}`;
  const held = isMail(letter.payload) ? letter.payload.mail : JSON.stringify(letter.payload, null, 2);
  return { value: letter, text: paragraphs(came, letter.resolvedAt === null ? null : 'It is marked as done.', held) };
}

function isMail(payload: unknown): payload is { readonly mail: string } {
  return typeof payload === 'object' && payload !== null && 'mail' in payload && typeof payload.mail === 'string';
}

/** Letters by their ids, or all that wait of a source, or with a reason. */
export interface LetterOptions {
  readonly all?: boolean;
  readonly source?: string;
  readonly reason?: string;
}

/** `dead-letter discard`: throws them away. `dead-letter resolve`: somebody has seen to them. */
async function settleDeadLetters(
  context: CliContext,
  how: 'discard' | 'resolve',
  ids: readonly string[],
  { all, source, reason }: LetterOptions,
): Promise<Outcome> {
  const isWide = all === true || source !== undefined || reason !== undefined;
  if ((ids.length === 0) !== isWide) throw new CliFailure('Name the dead letters, or say --source, --reason or --all.', 2);
  const api = await context.client();
  const choice = ids.length > 0 ? { ids } : { source: source ?? null, reason: reason ?? null };
  const done = await api.post<ChosenDeadLetters>(`/v1/dead-letters/${how}`, choice);
  const what = how === 'discard' ? 'deleted' : 'marked as done';
  return { value: done, text: `${plural(done.ids.length, 'dead letter is', 'dead letters are')} ${what}.` };
}
