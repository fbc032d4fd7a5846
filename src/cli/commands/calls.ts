import type { Call, CallRetryAnswer, ReceiverKey, ReceiverList } from '../../api/contract/calls.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { limitOption, option } from '../options.js';
import { plural, table } from '../text.js';

export const callListCommand = command({
  name: 'call list',
  help: 'what journeys tell the shop’s programs and people, and what came of it',
  options: [option('--failed', 'given up ones only'), option('--to <receiver>', 'to this receiver'), limitOption()],
  run: (context, _args, options) => listCalls(context, options()),
});

export const callRetryCommand = command({
  name: 'call retry [id]',
  help: 'try a call again that was given up, or all of a receiver',
  options: [option('--to <receiver>', 'all given up ones of this receiver')],
  run: (context, [id], options) => retry(context, id, options()),
});

export const receiverListCommand = command({
  name: 'receiver list',
  help: 'receivers of shop.yaml',
  run: (context) => listReceivers(context),
});

export const receiverKeyCommand = command({
  name: 'receiver key <name>',
  help: 'the key with which a receiver checks that a call is ours (Standard Webhooks)',
  run: (context, [name = '']) => showKey(context, name),
});

interface ListOptions {
  readonly failed?: boolean;
  readonly to?: string;
  readonly limit: number;
}

/** `call list` */
async function listCalls(context: CliContext, { failed, to, limit }: ListOptions): Promise<Outcome> {
  const api = await context.client();
  const calls = await api.list<Call>('/v1/calls', { ...(failed === true ? { state: 'failed' } : {}), receiver: to }, limit);
  const local = await context.localTime();
  const rows = calls.map((one) => [one.id, one.kind, one.receiver, one.journeyId, one.step, local(one.createdAt), stateText(one)]);
  return { value: calls, text: table(['call', 'kind', 'to', 'journey', 'step', 'asked', 'state'], rows, 'There is no call.') };
}

function stateText({ state, attempts, code }: Call): string {
  return state === 'done' || code === null ? state : `${state}, ${plural(attempts, 'try', 'tries')} (${code})`;
}

/** `call retry <id>`, `call retry --to <receiver>` */
async function retry(context: CliContext, id: string | undefined, { to }: { readonly to?: string }): Promise<Outcome> {
  if ((id === undefined) === (to === undefined)) throw new CliFailure('Name one call, or a receiver with --to.', 2);
  const api = await context.client();
  const answer = await api.post<CallRetryAnswer>('/v1/call-retries', id === undefined ? { receiver: to } : { id });
  return { value: answer, text: answer.retried === 0 ? 'No call was given up.' : `${plural(answer.retried, 'call')} will be tried again.` };
}

/** `receiver list` */
async function listReceivers(context: CliContext): Promise<Outcome> {
  const { items } = await (await context.client()).get<ReceiverList>('/v1/receivers');
  const rows = items.map(({ name, kind, goesTo }) => [name, kind, goesTo]);
  return { value: items, text: table(['receiver', 'kind', 'goes to'], rows, 'shop.yaml names no receivers.') };
}

/** `receiver key <name>` */
async function showKey(context: CliContext, name: string): Promise<Outcome> {
  const answer = await (await context.client()).get<ReceiverKey>(`/v1/receivers/${encodeURIComponent(name)}/key`);
  return { value: answer, text: `${answer.key}\n\nIt signs the calls to ${name}. Keep it on that server alone.` };
}
