import type { ChosenDeadLetters, DeadLetter, DeadLetterRetryAnswer, WholeDeadLetter } from '../../api/contract/dead-letters.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { paragraphs, plural, table } from '../text.js';

interface ListOptions {
  readonly all?: boolean;
  readonly source?: string;
  readonly reason?: string;
  readonly limit: number;
}

/** `dead-letter list`: what could not be taken. What the letters hold is personal data: `dead-letter show` shows it. */
export async function listDeadLetters(context: CliContext, options: ListOptions): Promise<Outcome> {
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
    letter.resolvedAt === null ? letter.detail : `${letter.detail} (resolved)`,
  ]);
  return { value: letters, text: table(['dead letter', 'came', 'reason', 'what is wrong'], rows, 'No dead letters.') };
}

/** `dead-letter retry <ids…>`, or all that are open. */
export async function retryDeadLetters(context: CliContext, ids: readonly string[], options: { readonly all?: boolean }): Promise<Outcome> {
  const api = await context.client();
  const chosen = options.all ? (await api.list<DeadLetter>('/v1/dead-letters', { state: 'open' }, 10_000)).map((letter) => letter.id) : ids;
  const results = [];
  for (const id of chosen) results.push(await api.post<DeadLetterRetryAnswer>(`/v1/dead-letters/${encodeURIComponent(id)}/retry`));
  const failed = results.filter((result) => !result.resolved);
  const lines = [
    `${plural(results.length - failed.length, 'dead letter was', 'dead letters were')} taken.`,
    ...failed.map((result) => `${result.id} still cannot be taken: ${result.reason ?? 'no reason was given'}`),
  ];
  return { value: results, text: results.length === 0 ? 'No dead letters.' : lines.join('\n'), exitCode: failed.length > 0 ? 1 : 0 };
}

/** `dead-letter show <id>`, with what it holds. */
export async function showDeadLetter(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const letter = await api.get<WholeDeadLetter>(`/v1/dead-letters/${encodeURIComponent(id)}`);
  const local = await context.localTime();
  const came = `${letter.id} came ${local(letter.receivedAt)} from ${letter.source} (${letter.reason}). ${letter.detail}`;
  const held = letter.source === 'email' && isMail(letter.payload) ? letter.payload.mail : JSON.stringify(letter.payload, null, 2);
  return { value: letter, text: paragraphs(came, letter.resolvedAt === null ? null : 'It is resolved.', held) };
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
export async function settleDeadLetters(
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
  const what = how === 'discard' ? 'thrown away' : 'resolved';
  return { value: done, text: `${plural(done.ids.length, 'dead letter is', 'dead letters are')} ${what}.` };
}
