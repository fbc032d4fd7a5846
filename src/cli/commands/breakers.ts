import type { BreakerListAnswer, BreakerResetAnswer } from '../../api/contract/breakers.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { plural, table } from '../text.js';

export const breakerListCommand = command({
  name: 'breaker list',
  help: 'list tripped breakers, and why',
  run: (context) => listBreakers(context),
});

export const breakerResetCommand = command({
  name: 'breaker reset <breaker>',
  help: 'reset a breaker: journey:<id> or provider:<name>',
  examples: ['sojourn breaker reset journey:abandoned-cart'],
  run: (context, [breaker = '']) => resetBreaker(context, breaker),
});

/** `breaker list` */
async function listBreakers(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const { items } = await api.get<BreakerListAnswer>('/v1/breakers');
  const local = items.length === 0 ? null : await context.localTime();
  const rows = items.map((breaker) => [`${breaker.kind}:${breaker.id}`, local?.(breaker.trippedAt) ?? '', breaker.finding]);
  return { value: items, text: table(['breaker', 'tripped', 'what was found'], rows, 'No breaker has tripped.') };
}

/** `breaker reset <breaker>`: named as `breaker list` names it, `journey:<id>` or `provider:<name>`. */
async function resetBreaker(context: CliContext, name: string): Promise<Outcome> {
  const [, kind, id] = /^(journey|provider):(.+)$/.exec(name) ?? [];
  if (kind === undefined || id === undefined)
    throw new CliFailure(`${name} names no breaker: journey:<id> or provider:<name>, as in sojourn breaker list.`, 2);
  const api = await context.client();
  const result = await api.post<BreakerResetAnswer>(`/v1/breakers/${kind}/${encodeURIComponent(id)}/reset`);
  const text = result.changed
    ? `${name} is reset; ${plural(result.entries, 'held entry continues', 'held entries continue')}. It counts from zero again.`
    : `${name} had not tripped.`;
  return { value: result, text };
}
