import { Option } from 'commander';
import type { Message, MessageStory } from '../../api/contract/messages.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfileId } from '../find-profile.js';
import { ChannelOption, limitOption, option } from '../options.js';
import { paragraphs, table } from '../text.js';

export const messageListCommand = command({
  name: 'message list',
  help: 'messages, the newest first',
  options: [
    option('--journey <id>', 'of this journey'),
    option('--profile <person>', 'to this person: any id, email, phone or part of the name'),
    option('--entry <id>', 'of this entry'),
    option('--state <state>', 'in this state'),
    new Option('--origin <origin>', 'asked for by this').choices(['journey', 'api', 'broadcast', 'test']),
    new ChannelOption(),
    limitOption(),
  ],
  run: (context, _args, options) => listMessages(context, options()),
});

export const messageWhyCommand = command({
  name: 'message why <id>',
  help: 'why a message was sent, waits or was not sent',
  run: (context, [id = '']) => explainMessage(context, id),
});

/** `message why <id>`: why it left, waits or did not leave, in the words of the gate. */
async function explainMessage(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const message = await api.get<MessageStory>(`/v1/messages/${encodeURIComponent(id)}`);
  const local = await context.localTime();
  const from = message.journeyId === null ? `A ${message.origin} message` : `${message.step ?? 'A step'} of ${message.journeyId}`;
  const rows = [
    ...message.verdicts.map((verdict) => ({ at: verdict.at, what: verdict.sentence })),
    ...message.attemptsMade.map((attempt) => ({
      at: attempt.startedAt,
      what: attemptSentence(attempt),
    })),
    ...message.receipts.map((receipt) => ({
      at: receipt.at,
      what: `The provider says: ${receipt.status}${receipt.code === null ? '' : ` (${receipt.code})`}.`,
    })),
    ...message.interactions.map((one) => ({ at: one.at, what: interactionSentence(one) })),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return {
    value: message,
    text: paragraphs(
      `${message.sentence}\n${from}, by ${message.channel} with ${message.template}, to ${message.to ?? 'no address'}, profile ${message.profileId}${message.entryId === null ? '' : `, entry ${message.entryId}`}.`,
      table(
        ['when', 'what'],
        rows.map((row) => [local(row.at), row.what]),
        'Nothing was decided about it yet.',
      ),
      recommendedText(message.recommended),
      message.temporalUrl === null ? null : `In Temporal: ${message.temporalUrl}`,
    ),
  };
}

function recommendedText(recommended: MessageStory['recommended']): string | null {
  if (recommended === null) return null;
  const { slot, isFallback, weights, items } = recommended;
  const said = isFallback
    ? 'Nothing was recommended; shown instead, as the template says:'
    : `It counted content ${share(weights.content)}, orders ${share(weights.itemToItem)}, popularity ${share(weights.popularity)}:`;
  const rows = items.map(({ productId, score, reason }) => [productId, score.toFixed(3), reasonText(reason)]);
  return `Recommended in ${slot}. ${said}\n${table(['product', 'score', 'because'], rows, '')}`;
}

const share = (weight: number): string => `${Math.round(100 * weight)} %`;

type Reason = NonNullable<MessageStory['recommended']>['items'][number]['reason'];

function reasonText({ kind, tag, itemId }: Reason): string {
  switch (kind) {
    case 'declared':
      return `the person told ${tag}`;
    case 'liked':
      return `they like ${tag}`;
    case 'due':
      return 'what they bought may be used up';
    case 'bought-with':
      return `often bought with ${itemId}`;
    case 'popular':
      return 'popular';
    case 'fallback':
      return 'fallback';
  }
}

function attemptSentence({ n, outcome, code, host, reply }: MessageStory['attemptsMade'][number]): string {
  const result = `Attempt ${n}: ${outcome ?? 'under way'}${code === null ? '' : ` (${code})`}.`;
  if (reply === null) return host === null ? result : `${result} At ${host}.`;
  return `${result} ${host ?? 'The provider'} said: ${reply}`;
}

function interactionSentence({ kind, link, verdict, reason }: MessageStory['interactions'][number]): string {
  const what = kind === 'click' ? `Link ${link} was followed` : kind === 'open' ? 'The message was opened' : 'The message was answered';
  switch (verdict) {
    case 'human':
      return `${what}, by a person.`;
    case 'machine':
      return `${what}, by a machine${reason === null ? '' : ` (${reason})`}.`;
    case 'pending':
      return `${what}; whether by a person is not known yet.`;
  }
}

/** `message list` */
async function listMessages(
  context: CliContext,
  options: {
    readonly journey?: string;
    readonly profile?: string;
    readonly entry?: string;
    readonly state?: string;
    readonly channel?: string;
    readonly origin?: string;
    readonly limit: number;
  },
): Promise<Outcome> {
  const api = await context.client();
  const { journey, profile, entry, state, channel, origin } = options;
  const messages = await api.list<Message>(
    '/v1/messages',
    {
      journeyId: journey,
      profileId: profile === undefined ? undefined : await findProfileId(api, profile),
      entryId: entry,
      state,
      channel,
      origin,
    },
    options.limit,
  );
  const local = messages.length === 0 ? null : await context.localTime();
  const rows = messages.map((message) => [
    message.id,
    message.to,
    message.journeyId ?? message.origin,
    message.step ?? '',
    message.channel,
    message.state,
    message.reason ?? '',
    local?.(message.createdAt) ?? '',
  ]);
  return {
    value: messages,
    text: table(['message', 'to', 'from', 'step', 'channel', 'state', 'reason', 'when'], rows, 'There are no such messages.'),
  };
}
