import type { CliContext, Outcome } from '../context.js';
import { plural, table } from '../text.js';

interface Letter {
  readonly id: string;
  readonly source: string;
  readonly reason: string;
  readonly detail: string;
  readonly receivedAt: string;
  readonly resolvedAt: string | null;
}

/** `dead-letter list`: what could not be taken. Payloads are personal data: only `--json` shows them. */
export async function listDeadLetters(context: CliContext, options: { readonly all?: boolean; readonly limit: number }): Promise<Outcome> {
  const api = await context.client();
  const letters = await api.list<Letter>('/v1/dead-letters', { state: options.all ? 'all' : 'open' }, options.limit);
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
  const chosen = options.all ? (await api.list<Letter>('/v1/dead-letters', { state: 'open' }, 10_000)).map((letter) => letter.id) : ids;
  const results = [];
  for (const id of chosen)
    results.push(
      await api.post<{ readonly id: string; readonly resolved: boolean; readonly reason: string | null }>(
        `/v1/dead-letters/${encodeURIComponent(id)}/retry`,
      ),
    );
  const failed = results.filter((result) => !result.resolved);
  const lines = [
    `${plural(results.length - failed.length, 'dead letter was', 'dead letters were')} taken.`,
    ...failed.map((result) => `${result.id} still cannot be taken: ${result.reason ?? 'no reason was given'}`),
  ];
  return { value: results, text: results.length === 0 ? 'No dead letters.' : lines.join('\n'), exitCode: failed.length > 0 ? 1 : 0 };
}
