import { Option } from 'commander';
import type { Replay, ReplayLine } from '../../api/contract/replays.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { instantText } from '../instant-text.js';
import { numberFrom, option, required } from '../options.js';
import { readSource } from '../source-file.js';
import { paragraphs, plural, table } from '../text.js';

export const replayCommand = command({
  name: 'replay <file>',
  help: 'play past events through a draft and its live version, and show the differences',
  options: [
    required('--from <instant>', 'events since then, such as 2026-11-01 or 2026-11-01T09:00:00Z'),
    required('--to <instant>', 'events before then'),
    new Option('--show [people]', 'name people for whom the result differs (10 by default), and why')
      .argParser(numberFrom(1, 100))
      .preset('10'),
    option('--days', 'also show the differences of each day'),
  ],
  examples: ['sojourn replay journeys/abandoned-cart.journey.yaml --from 2026-11-01 --to 2026-11-15 --show'],
  run: (context, [file = ''], options) => replayJourney(context, file, options()),
});

type ReplayCount = Replay['counts'][number];
type LoadMap = NonNullable<Replay['load']>['live'];

/** `replay <journey.yaml> --from … --to …`: what would differ, had the draft been live. */
async function replayJourney(
  context: CliContext,
  file: string,
  options: { readonly from: string; readonly to: string; readonly show?: number; readonly days?: boolean },
): Promise<Outcome> {
  const { source } = await readSource(file);
  const api = await context.client();
  const body = {
    source,
    from: instantText(options.from, '--from'),
    to: instantText(options.to, '--to'),
    show: options.show === undefined ? 0 : Number(options.show),
  };
  const replay = await played(context, (onLine) => api.postForLines<ReplayLine>('/v1/replays', body, onLine));
  const localTime = await context.localTime();
  return { value: replay, text: textOf(replay, localTime, options.days === true) };
}

async function played(context: CliContext, play: (onLine: (line: ReplayLine) => void) => Promise<void>): Promise<Replay> {
  let last: Replay | null = null;
  await play((line) => {
    if ('progress' in line) context.io.err(`${line.progress.people} of ${plural(line.progress.of, 'person', 'people')} played`);
    else if ('problem' in line) throw new CliFailure(line.problem.detail);
    else last = line.replay;
  });
  if (last === null) throw new CliFailure('The replay was interrupted before its end: run it again.');
  return last;
}

function textOf(replay: Replay, localTime: (at: string) => string, withDays: boolean): string {
  const { journeyId, liveVersion, from, to, people, events, beside, messagesTaken, differing, leftOut } = replay;
  const against = liveVersion === null ? 'nothing (no version is live)' : `version ${liveVersion}`;
  const changed = replay.counts.filter(({ live, draft }) => live !== draft);
  return paragraphs(
    [
      `${journeyId}: the draft against ${against}, on what happened from ${localTime(from)} to ${localTime(to)}.`,
      `${plural(people, 'person', 'people')} and ${plural(events, 'event')}; beside it: ${beside.length === 0 ? 'no other journey' : beside.join(', ')}; ${plural(messagesTaken, 'message')} taken as sent.`,
      ...(leftOut.people > 0 ? [`Left out: ${plural(leftOut.people, 'person', 'people')} with more events than a person has.`] : []),
      ...(leftOut.events > 0 ? [`Left out: ${plural(leftOut.events, 'event')} that cannot be read any more.`] : []),
    ].join('\n'),
    `${differing.what === 0 ? 'The result would be the same for everyone' : `The result would differ for ${plural(differing.what, 'person', 'people')}`}${differing.when === 0 ? '' : `; it would be the same at other times for ${differing.when}`}.`,
    countsTable(replay.counts),
    withDays ? daysTable(replay) : null,
    loadOfBoth(replay.load),
    ...replay.shown.map((person) => personText(person, localTime)),
    [
      changed.length === 0 ? 'What this cannot know' : 'What these numbers cannot know',
      ...replay.cannotKnow.map(({ sentence }) => `- ${sentence}`),
    ].join('\n'),
  );
}

function countsTable(counts: readonly ReplayCount[]): string {
  return table(
    ['journey', 'what', 'live', 'draft', 'difference'],
    counts.map((one) => [one.journey, nameOf(one), one.live, one.draft, signed(one.draft - one.live)]),
    'No trigger of a journey was met in that time.',
  );
}

function daysTable({ days }: Replay): string {
  return table(
    ['day', 'journey', 'what', 'live', 'draft', 'difference'],
    days
      .filter(({ live, draft }) => live !== draft)
      .map((one) => [one.day, one.journey, nameOf(one), one.live, one.draft, signed(one.draft - one.live)]),
    'There is no difference on any day.',
  );
}

/** Messages a person a week, by sender, and who loses room to whom. */
function loadOfBoth(load: Replay['load']): string | null {
  if (load === null) return null;
  const sides = [load.live, load.draft] as const;
  const row = (name: string, of: (side: LoadMap) => number | undefined) => [name, ...sides.map((side) => round(of(side) ?? 0))];
  const senders = [...new Set(sides.flatMap((side) => side.senders.map(({ sender }) => sender)))].sort();
  const losses = [...new Set(sides.flatMap((side) => side.losses.map(({ loser, winner }) => JSON.stringify([loser, winner]))))].sort();
  return table(
    ['messages per person and week', 'live', 'draft'],
    [
      row('mean', (side) => side.perPersonWeek.mean),
      row('nine of ten have at most', (side) => side.perPersonWeek.p90),
      row('most in seven days', (side) => side.mostInSevenDays),
      ...senders.map((name) => row(`sent by ${name}, in all`, (side) => side.senders.find(({ sender }) => sender === name)?.sent)),
      ...losses.map((pair) => {
        const [loser, winner] = JSON.parse(pair) as [string, string];
        return row(`${loser} lost room to ${winner}`, (side) => lossOf(side, loser, winner));
      }),
    ],
    '',
  );
}

function lossOf({ losses }: LoadMap, loser: string, winner: string): number | undefined {
  return losses.find((one) => one.loser === loser && one.winner === winner)?.messages;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function nameOf({ what, step, reason }: Pick<ReplayCount, 'what' | 'step' | 'reason'>): string {
  return [step, what.replace('-', ' '), reason === null ? null : `(${reason})`].filter((part) => part !== null).join(' ');
}

function signed(difference: number): string {
  return difference > 0 ? `+${difference}` : difference === 0 ? '' : String(difference);
}

function personText({ profileId, differs, live, draft }: Replay['shown'][number], localTime: (at: string) => string): string {
  const lines = [...live.map((moment) => ({ ...moment, side: 'live ' })), ...draft.map((moment) => ({ ...moment, side: 'draft' }))];
  return [
    `${profileId}: ${differs === 'what' ? 'different result' : 'same result at other times'}`,
    ...lines.map(
      (line) => `  ${line.side}  ${localTime(line.at)}  ${line.journey}  ${nameOf(line)}${line.text === null ? '' : `: ${line.text}`}`,
    ),
  ].join('\n');
}
