import { text as textOf } from 'node:stream/consumers';
import type {
  Broadcast,
  BroadcastControl,
  BroadcastForecast,
  BroadcastRecipient,
  BroadcastStory,
  StartedBroadcast,
} from '../../api/contract/broadcasts.js';
import { durationWords } from '../../domain/time/duration.js';
import type { ApiClient } from '../client.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { readData } from '../data-file.js';
import { CliFailure } from '../failure.js';
import { namedValues } from '../named-values.js';
import { limitOption, option, priorityOption, required } from '../options.js';
import type { MappedColumn } from '../recipient-list.js';
import { readSource } from '../source-file.js';
import { paragraphs, plural, table } from '../text.js';

export const broadcastStartCommand = command({
  name: 'broadcast start',
  help: 'send a template to many people; consent, caps and quiet hours count for each',
  options: [
    required('--template <id>', 'the template'),
    required('--name <name>', 'the name of the broadcast in lists'),
    option('--to <file>', 'ids or email addresses, one per line, or a CSV with a column userId, profileId or email; - for standard input'),
    option('--map <column=name...>', 'columns of the list; the template reads them as data.<name> for each recipient'),
    option('--everyone', 'all known people'),
    option('--segment <id>', 'who belongs to this segment now'),
    option('--trait <name=value...>', 'with --everyone or --segment: only people with this trait'),
    option('--data-file <file>', 'a JSON file that the template reads as data; put values by language into by_language'),
    option('--at <instant>', 'start at this instant (default: now)'),
    option('--over <duration>', 'spread over this time, such as PT2H'),
    option('--deadline <when>', 'not after this instant, or this long after the start'),
    priorityOption('20'),
    option('--dry-run', 'only count who would get it, who would wait and who would not, and why'),
  ],
  examples: [
    'sojourn broadcast start --template autumn --name "Autumn letter" --to people.csv --dry-run',
    'sojourn broadcast start --template autumn --name "Autumn letter" --segment loyal_buyers --over PT2H',
    'sojourn broadcast start --template autumn --name "Autumn letter" --everyone --trait country=DE --over PT2H',
  ],
  run: (context, _args, options) => startBroadcast(context, options()),
});

export const broadcastListCommand = command({
  name: 'broadcast list',
  help: 'broadcasts, the newest first',
  options: [limitOption()],
  run: (context, _args, options) => listBroadcasts(context, options()),
});

export const broadcastShowCommand = command({
  name: 'broadcast show <id>',
  help: 'the progress and the recipients of a broadcast',
  options: [option('--watch', 'update until it has ended'), limitOption('--recipients', 20, 'show this many recipients')],
  run: (context, [id = ''], options) => showBroadcast(context, id, options()),
});

export const broadcastPauseCommand = command({
  name: 'broadcast pause <id>',
  help: 'pause a broadcast: nobody gets it until you resume it',
  run: (context, [id = '']) => controlBroadcast(context, 'pause', id),
});

export const broadcastResumeCommand = command({
  name: 'broadcast resume <id>',
  help: 'resume a broadcast at the same pace',
  run: (context, [id = '']) => controlBroadcast(context, 'resume', id),
});

export const broadcastCancelCommand = command({
  name: 'broadcast cancel <id>',
  help: 'end a broadcast: people who still wait do not get it',
  run: (context, [id = '']) => controlBroadcast(context, 'cancel', id),
});

export interface StartOptions {
  readonly template: string;
  readonly name: string;
  readonly to?: string;
  readonly map?: readonly string[];
  readonly everyone?: boolean;
  readonly segment?: string;
  readonly trait?: readonly string[];
  readonly dataFile?: string;
  readonly at?: string;
  readonly over?: string;
  readonly deadline?: string;
  readonly priority?: number;
  readonly dryRun?: boolean;
}

/** `broadcast start`: to a list of ids, or to everyone; `--dry-run` asks what would come of it. */
async function startBroadcast(context: CliContext, options: StartOptions): Promise<Outcome> {
  const api = await context.client();
  const request = {
    name: options.name,
    template: options.template,
    to: await audienceOf(options),
    ...(options.dataFile === undefined ? {} : { data: await readData(options.dataFile) }),
    ...(options.at === undefined ? {} : { startsAt: options.at }),
    ...(options.over === undefined ? {} : { over: options.over }),
    ...(options.deadline === undefined ? {} : { deadline: options.deadline }),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
  };
  if (options.dryRun === true) return forecast(api, request);
  const started = await api.post<StartedBroadcast>('/v1/broadcasts', request);
  return {
    value: started,
    text: paragraphs(
      `Broadcast ${started.id} goes to ${plural(started.total, 'recipient')}. Its progress: sojourn broadcast show ${started.id} --watch`,
      sayUnknown(started.unknown),
    ),
  };
}

async function forecast(api: ApiClient, request: object): Promise<Outcome> {
  const told = await api.post<BroadcastForecast>('/v1/broadcast-checks', request);
  const of = told.checked === told.total ? '' : ` Of a sample of ${told.checked}:`;
  return {
    value: told,
    text: paragraphs(
      `Nothing was started. ${plural(told.total, 'recipient')}.${of}`,
      table(
        ['', 'reason', 'people'],
        [
          ['would get it now', '', told.now],
          ...told.later.map(({ reason, count }) => ['would wait', reason, count]),
          ...told.not.map(({ reason, count }) => ['would not get it', reason, count]),
        ],
        '',
      ),
      told.first.length === 0 ? null : `The first of them:\n${sayFirst(told.first)}`,
      sayUnknown(told.unknown),
    ),
  };
}

function sayFirst(people: BroadcastForecast['first']): string {
  const rows = people.map(({ userIds, profileId, firstName, email }) => [userIds.join(', '), profileId, firstName ?? '', email ?? '']);
  return table(['user id', 'profile', 'first name', 'email'], rows, '');
}

async function audienceOf({ to, everyone, segment, trait, map }: StartOptions): Promise<object> {
  if ([to !== undefined, everyone === true, segment !== undefined].filter(Boolean).length !== 1)
    throw new CliFailure('Say who gets it: one of --to <file> (or - for standard input), --segment <id> and --everyone.', 2);
  if (to === undefined && map !== undefined) throw new CliFailure('--map goes with --to: it names columns of the list.', 2);
  if (to === undefined) return { ...(segment === undefined ? { everyone: true } : { segment }), traits: namedValues(trait ?? [], 'trait') };
  if (trait !== undefined) throw new CliFailure('--trait goes with --everyone or --segment; filter the list instead.', 2);
  const { readRecipients } = await import('../recipient-list.js');
  const { by, ids, data } = readRecipients(
    to === '-' ? await textOf(process.stdin) : (await readSource(to)).source,
    to === '-' ? 'the input' : to,
    (map ?? []).map(readMapped),
  );
  if (data !== undefined) return { by: namesOf[by], recipients: ids.map((id, n) => ({ id, data: data[n] ?? null })) };
  return { [`${namesOf[by]}s`]: ids };
}

const namesOf = { user: 'userId', profile: 'profileId', email: 'email' } as const;

/** `Headline=headline`, or a column that the template calls the same. */
function readMapped(text: string): MappedColumn {
  const at = text.lastIndexOf('=');
  const [column, key] = at === -1 ? [text, text] : [text.slice(0, at), text.slice(at + 1)];
  if (column.trim() === '' || !/^[A-Za-z_]\w{0,62}$/.test(key))
    throw new CliFailure(`--map takes column=name, with a name such as headline that the template reads as data.headline; not ${text}.`, 2);
  return { column, key };
}

function sayUnknown({ count, ids }: StartedBroadcast['unknown']): string | null {
  if (count === 0) return null;
  const more = count > ids.length ? ` and ${count - ids.length} more` : '';
  return `${count === 1 ? 'One id names' : `${count} ids name`} nobody: ${ids.join(', ')}${more}.`;
}

/** `broadcast list` */
async function listBroadcasts(context: CliContext, options: { readonly limit: number }): Promise<Outcome> {
  const api = await context.client();
  const broadcasts = await api.list<Broadcast>('/v1/broadcasts', {}, options.limit);
  const local = await context.localTime();
  return {
    value: broadcasts,
    text: table(
      ['broadcast', 'name', 'template', 'state', 'recipients', 'starts'],
      broadcasts.map((one) => [one.id, one.name, one.template, one.state, one.total, local(one.startsAt)]),
      'There are no broadcasts.',
    ),
  };
}

const watchEveryMs = 2_000;

/** `broadcast show <id>`: how far it is; `--watch`: a line whenever something has changed, until its end. */
async function showBroadcast(
  context: CliContext,
  id: string,
  options: { readonly watch?: boolean; readonly recipients: number },
): Promise<Outcome> {
  const api = await context.client();
  const read = () => api.get<BroadcastStory>(`/v1/broadcasts/${encodeURIComponent(id)}`);
  let story = await read();
  const local = await context.localTime();
  let told = '';
  while (options.watch === true && (story.state === 'running' || story.state === 'paused')) {
    const line = progressLine(story, local);
    if (line !== told) context.io.err(line);
    told = line;
    await new Promise((resolve) => setTimeout(resolve, watchEveryMs));
    story = await read();
  }
  const recipients = await api.list<BroadcastRecipient>(`/v1/broadcasts/${encodeURIComponent(id)}/recipients`, {}, options.recipients);
  return { value: { ...story, recipients }, text: paragraphs(storyText(story, local), toWhom(recipients, story.total)) };
}

function toWhom(recipients: readonly BroadcastRecipient[], total: number): string {
  const rows = recipients.map(({ to, profileId, state, reason, messageId }) => [to, profileId, state, reason ?? '', messageId ?? '']);
  const more = total - recipients.length;
  return paragraphs(
    table(['to', 'profile', 'state', 'reason', 'message'], rows, ''),
    more > 0 && recipients.length > 0 ? `And ${more} more: --recipients ${total} shows all.` : null,
  );
}

function progressLine({ state, total, progress }: BroadcastStory, local: (at: string | null) => string): string {
  const done = total - progress.toCome - progress.waiting;
  const share = total === 0 ? 100 : Math.floor((done / total) * 100);
  const rate = progress.perMinute > 0 ? `, ${Math.round(progress.perMinute)} a minute` : '';
  const end = progress.expectedEnd === null ? '' : `, until ${local(progress.expectedEnd)}`;
  return `${share} % · ${state}: ${progress.sent} sent, ${progress.waiting} waiting, ${progress.toCome} to come${rate}${end}`;
}

function storyText(story: BroadcastStory, local: (at: string | null) => string): string {
  const { progress, settings } = story;
  const pace = settings.overMs === 0 ? 'as fast as possible' : `over ${durationWords(settings.overMs)}`;
  const end = story.finishedAt === null ? '' : `, ended ${local(story.finishedAt)}`;
  return paragraphs(
    `Broadcast ${story.id} “${story.name}”: ${story.template} by ${settings.channel} to ${plural(story.total, 'recipient')}, priority ${settings.priority}. From ${local(story.startsAt)}, ${pace}${end}.`,
    progressLine(story, local),
    table(
      ['', 'people'],
      [
        ['delivered', progress.delivered],
        ['bounced', progress.bounced],
        ['failed', progress.failed],
        ['unknown whether it was sent', progress.unknown],
        ['clicked', progress.clicked],
        ['erased, or the same person twice', progress.passedOver],
        ...progress.skipped.map(({ reason, count }): [string, number] => [`not sent: ${reason}`, count]),
      ].filter(([, count]) => count !== 0) as [string, number][],
      '',
    ),
    `Each message and its reason: sojourn message list --journey ${story.journeyId}`,
  );
}

const words = { pause: 'paused', resume: 'goes on', cancel: 'is cancelled' } as const;

/** `broadcast pause|resume|cancel <id>` */
async function controlBroadcast(context: CliContext, action: keyof typeof words, id: string): Promise<Outcome> {
  const api = await context.client();
  const result = await api.post<BroadcastControl>(`/v1/broadcasts/${encodeURIComponent(id)}/${action}`);
  return {
    value: result,
    text: result.changed
      ? `Broadcast ${id} ${action === 'pause' ? 'is ' : ''}${words[action]}.`
      : `Broadcast ${id} was ${result.state} already; nothing changed.`,
  };
}
