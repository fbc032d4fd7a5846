import type { InboundMessage, InboundMessageReviewAnswer } from '../../api/contract/inbound-messages.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { limitOption, option } from '../options.js';
import { table } from '../text.js';

export const inboundListCommand = command({
  name: 'inbound list',
  help: 'inbound texts, and how they were read',
  options: [option('--review', 'only sentences that were read as STOP and wait for your review'), limitOption()],
  run: (context, _args, options) => listInboundMessages(context, options()),
});

export const inboundReviewCommand = command({
  name: 'inbound review <id>',
  help: 'say whether a sentence that was read as STOP was one',
  options: [option('--stop', 'it was'), option('--not-a-stop', 'it was not: restore the consent that it stopped')],
  run: (context, [id = ''], options) => reviewInboundMessage(context, id, options()),
});

/** `inbound list`: texts that came in; `--review`: sentences that were read as STOP, and that nobody has looked at. */
async function listInboundMessages(context: CliContext, options: { readonly review?: boolean; readonly limit: number }): Promise<Outcome> {
  const api = await context.client();
  const messages = await api.list<InboundMessage>(
    '/v1/inbound-messages',
    { review: options.review === true ? 'open' : 'all' },
    options.limit,
  );
  const local = messages.length === 0 ? null : await context.localTime();
  const rows = messages.map(({ id, profileId, action, body, receivedAt }) => [
    id,
    local?.(receivedAt) ?? '',
    profileId ?? '',
    action,
    body ?? '',
  ]);
  return { value: messages, text: table(['text', 'received', 'profile', 'read as', 'words'], rows, 'No texts.') };
}

const sentences: Readonly<Record<InboundMessageReviewAnswer['result'], string>> = {
  stands: 'It was a STOP, and stays in force.',
  'not-a-stop': 'It was not a STOP: the consent that it stopped is restored.',
  'changed-since': 'The person has sent STOP or START, or has changed their number, since then: nothing is restored.',
  'reviewed-already': 'It does not wait for a review.',
};

/** `inbound review <id> --stop | --not-a-stop`. */
async function reviewInboundMessage(
  context: CliContext,
  id: string,
  options: { readonly stop?: boolean; readonly notAStop?: boolean },
): Promise<Outcome> {
  if ((options.stop === true) === (options.notAStop === true)) throw new CliFailure('Give --stop or --not-a-stop.', 2);
  const api = await context.client();
  const result = await api.post<InboundMessageReviewAnswer>(`/v1/inbound-messages/${encodeURIComponent(id)}/review`, {
    isStop: options.stop === true,
  });
  return { value: result, text: sentences[result.result] };
}
