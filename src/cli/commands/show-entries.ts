import { Option } from 'commander';
import type { Entry, EntryExitAnswer, EntryRestartAnswer, EntryStory, StuckEntryListAnswer } from '../../api/contract/entries.js';
import type { ApiClient } from '../client.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { findProfileId } from '../find-profile.js';
import { limitOption, option } from '../options.js';
import { readAnswer } from '../read-answer.js';
import { paragraphs, table } from '../text.js';

export const entryListCommand = command({
  name: 'entry list',
  help: 'entries, the newest first',
  options: [
    option('--journey <id>', 'of this journey'),
    option('--profile <person>', 'of this person: any id, email, phone or part of the name'),
    new Option('--state <state>', 'only in this state').choices(['armed', 'open', 'finished']),
    new Option('--activity <activity>', 'that now do this').choices(['ready', 'waiting', 'queued', 'submitting', 'held', 'done']),
    limitOption(),
  ],
  run: (context, _args, options) => listEntries(context, options()),
});

export const entryShowCommand = command({
  name: 'entry show <id>',
  help: 'the story of one entry',
  run: (context, [id = '']) => showEntry(context, id),
});

export const entryExitCommand = command({
  name: 'entry exit <id>',
  help: 'end an entry before its next message',
  options: [option('--reason <code>', 'the reason, as a code such as by-request')],
  run: (context, [id = ''], options) => exitEntry(context, id, options()),
});

export const stuckListCommand = command({
  name: 'stuck list',
  help: 'entries that cannot continue by themselves, and what is wrong',
  run: (context) => listStuck(context),
});

export const stuckRestartCommand = command({
  name: 'stuck restart [entries...]',
  help: 'try stuck entries again, after the cause is mended',
  options: [option('--all', 'all stuck entries, a hundred at a time')],
  run: (context, args, options) => restartEntries(context, args, options()),
});

/** `entry list` */
async function listEntries(
  context: CliContext,
  options: {
    readonly journey?: string;
    readonly profile?: string;
    readonly state?: string;
    readonly activity?: string;
    readonly limit: number;
  },
): Promise<Outcome> {
  const api = await context.client();
  const { journey, profile, state, activity } = options;
  const entries = await api.list<Entry>(
    '/v1/entries',
    { journeyId: journey, profileId: profile === undefined ? undefined : await findProfileId(api, profile), state, activity },
    options.limit,
  );
  const local = entries.length === 0 ? null : await context.localTime();
  const rows = entries.map((entry) => [entry.id, entry.journeyId, entry.profileId, local?.(entry.createdAt) ?? '', entry.sentence]);
  return { value: entries, text: table(['entry', 'journey', 'profile', 'began', 'state now'], rows, 'There are no such entries.') };
}

/** `stuck list` */
async function listStuck(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const { items } = await api.get<StuckEntryListAnswer>('/v1/stuck-entries');
  const rows = items.map((entry) => [entry.id, entry.journeyId, String(entry.pokes), entry.finding]);
  const text = table(['entry', 'journey', 'pokes', 'what is wrong'], rows, 'No entry is stuck.');
  return {
    value: items,
    text:
      items.length > 0
        ? paragraphs(text, 'sojourn stuck restart <entry> (or --all) starts workflows again from the store and retries their turns.')
        : text,
  };
}

/** `entry show <id>`: the story of one entry. */
async function showEntry(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const entry = await api.get<EntryStory>(`/v1/entries/${encodeURIComponent(id)}`);
  const local = await context.localTime();
  const version = entry.version === null ? 'not on a version yet' : `version ${entry.version}`;
  return {
    value: entry,
    text: paragraphs(
      `Entry ${entry.id} of ${entry.journeyId} (${version}), profile ${entry.profileId}.\n${entry.sentence}`,
      section(
        'What happened',
        table(
          ['when', 'step', 'what'],
          entry.trace.map((line) => [local(line.at), line.step ?? '', line.text]),
          '',
        ),
      ),
      section(
        'Messages',
        table(
          ['message', 'step', 'channel', 'state', 'reason'],
          entry.messages.map((message) => [message.id, message.step, message.channel, message.state, message.reason ?? '']),
          '',
        ),
      ),
      entry.state === 'finished' || entry.reactsTo.length === 0
        ? null
        : `It reacts to ${entry.reactsTo.map((wait) => `${wait.event} of its ${wait.by} (${wait.purpose})`).join(', ')}.`,
      entry.unseenInputs > 0 ? `Not seen by it yet: ${entry.unseenInputs}.` : null,
      entry.temporalUrl === null ? null : `In Temporal: ${entry.temporalUrl}`,
    ),
  };
}

/** `entry exit <id>` */
async function exitEntry(context: CliContext, id: string, options: { readonly reason?: string }): Promise<Outcome> {
  const api = await context.client();
  const result = await api.post<EntryExitAnswer>(
    `/v1/entries/${encodeURIComponent(id)}/exit`,
    options.reason === undefined ? {} : { reason: options.reason },
  );
  return {
    value: result,
    text: result.asked
      ? `Entry ${id} exits before its next message.`
      : `Entry ${id} has already ended (${result.outcome ?? 'no outcome'}).`,
  };
}

/** `stuck restart <ids…>`, or `--all` */
async function restartEntries(context: CliContext, named: readonly string[], options: { readonly all?: boolean }): Promise<Outcome> {
  const api = await context.client();
  const ids = options.all === true ? await stuckIds(api) : named;
  if (ids.length === 0 && options.all !== true) throw new CliFailure('Name the entries, or give --all; see sojourn stuck list.', 2);
  for (const id of ids) await api.post<EntryRestartAnswer>(`/v1/entries/${encodeURIComponent(id)}/restart`);
  return {
    value: { asked: ids },
    text: ids.length === 0 ? 'No entry is stuck.' : ids.map((id) => `Entry ${id} is started again from the store.`).join('\n'),
  };
}

/** The worst hundred: should there be more, they are found by the next call. */
async function stuckIds(api: ApiClient): Promise<readonly string[]> {
  const { stuckEntryListAnswer } = await import('../../api/contract/entries.js');
  return readAnswer(stuckEntryListAnswer, await api.get<StuckEntryListAnswer>('/v1/stuck-entries')).items.map(({ id }) => id);
}

function section(title: string, body: string): string | null {
  return body === '' ? null : `${title}\n${body}`;
}
