import type { EntryStory, EntrySummary } from '../../app/show-entry.js';
import type { StuckEntry } from '../../api/deps.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfile } from '../find-profile.js';
import { paragraphs, table } from '../text.js';

/** Instants come over HTTP as text. */
type OverHttp<T> = {
  readonly [Key in keyof T]: T[Key] extends number | null
    ? T[Key] | string
    : T[Key] extends readonly (infer Item)[]
      ? readonly OverHttp<Item>[]
      : T[Key];
};
type Entry = OverHttp<EntrySummary>;
type Story = OverHttp<EntryStory> & { readonly temporalUrl: string | null };

/** `entry list` */
export async function listEntries(
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
    { journeyId: journey, profileId: profile === undefined ? undefined : (await findProfile(api, profile)).id, state, activity },
    options.limit,
  );
  const local = entries.length === 0 ? null : await context.localTime();
  const rows = entries.map((entry) => [entry.id, entry.journeyId, entry.profileId, local?.(entry.createdAt) ?? '', entry.sentence]);
  return { value: entries, text: table(['entry', 'journey', 'profile', 'began', 'stands'], rows, 'No entry is like that.') };
}

/** `stuck list` */
export async function listStuck(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const { items } = await api.get<{ readonly items: readonly StuckEntry[] }>('/v1/stuck-entries');
  const rows = items.map((entry) => [entry.id, entry.journeyId, String(entry.pokes), entry.finding]);
  const text = table(['entry', 'journey', 'pokes', 'what Temporal says'], rows, 'No entry is stuck.');
  return {
    value: items,
    text: items.length > 0 ? paragraphs(text, 'sojourn stuck restart <entry> starts a workflow anew from the store.') : text,
  };
}

/** `entry show <id>`: the story of one entry. */
export async function showEntry(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const entry = await api.get<Story>(`/v1/entries/${encodeURIComponent(id)}`);
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
      Number(entry.unseenInputs) > 0 ? `Not seen by it yet: ${entry.unseenInputs}.` : null,
      entry.temporalUrl === null ? null : `In Temporal: ${entry.temporalUrl}`,
    ),
  };
}

/** `entry exit <id>` */
export async function exitEntry(context: CliContext, id: string, options: { readonly reason?: string }): Promise<Outcome> {
  const api = await context.client();
  const result = await api.post<{ readonly asked: boolean; readonly outcome: string | null }>(
    `/v1/entries/${encodeURIComponent(id)}/exit`,
    options.reason === undefined ? {} : { reason: options.reason },
  );
  return {
    value: result,
    text: result.asked
      ? `Entry ${id} leaves, before its next message.`
      : `Entry ${id} had ended already (${result.outcome ?? 'no outcome'}).`,
  };
}

/** `stuck restart <ids…>` */
export async function restartEntries(context: CliContext, ids: readonly string[]): Promise<Outcome> {
  const api = await context.client();
  for (const id of ids) await api.post(`/v1/entries/${encodeURIComponent(id)}/restart`);
  return { value: { asked: ids }, text: ids.map((id) => `Entry ${id} is started anew from the store.`).join('\n') };
}

function section(title: string, body: string): string | null {
  return body === '' ? null : `${title}\n${body}`;
}
