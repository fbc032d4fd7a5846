import { durationWords } from '../domain/time/duration.js';
import { formatLocal } from '../domain/time/time.js';
import type { Story, StoryEntry, StoryLine } from './story.js';

/**
 * The story as lines of text: local instants in `timeZone`, a heading, and how it ended. Whose line it is stands there where there are
 * several.
 */
export function renderStory(story: Story, options: { readonly timeZone: string }): string {
  const cast = castOf(story);
  const who = widthOf(story.lines.map((line) => whoseOf(line, cast)));
  const steps = widthOf(story.lines.map((line) => stepOf(line, cast)));
  const lines = story.lines.map((line) => {
    const columns = [...(cast.hasPeople ? [whoseOf(line, cast).padEnd(who)] : []), stepOf(line, cast).padEnd(steps)];
    const mark = line.kind === 'event' ? '>' : ' ';
    return `${formatLocal(line.at, options.timeZone).padEnd(16)} ${mark} ${columns.join('  ')}  ${line.text}`.trimEnd();
  });
  return [
    `${story.title} (times in ${options.timeZone})`,
    '',
    ...lines,
    '',
    ...ending(story, cast, options.timeZone),
    ...story.idle,
    ...cutLine(story, options.timeZone),
  ].join('\n');
}

function cutLine({ cut, startAt }: Story, timeZone: string): readonly string[] {
  if (cut === null) return [];
  const rest =
    cut.unplayed === 0
      ? ''
      : cut.unplayed === 1
        ? ' One event lies after that and was not played.'
        : ` ${cut.unplayed} events lie after that and were not played.`;
  return [
    `The simulator stopped looking on ${formatLocal(cut.at, timeZone)}, ${durationWords(cut.at - startAt)} after the start, and more would come.${rest} “until” in the scenario says how far it looks.`,
  ];
}

/** What has to be told apart. */
interface Cast {
  readonly hasPeople: boolean;
  readonly hasJourneys: boolean;
}

function castOf({ entries }: Story): Cast {
  return {
    hasPeople: new Set(entries.map(({ person }) => person)).size > 1,
    hasJourneys: new Set(entries.map(({ journey }) => journey)).size > 1,
  };
}

function widthOf(texts: readonly string[]): number {
  return Math.min(44, Math.max(0, ...texts.map(({ length }) => length)));
}

function whoseOf({ person }: StoryLine, { hasPeople }: Cast): string {
  return hasPeople ? (person ?? '') : '';
}

function stepOf({ journey, step }: StoryLine, { hasJourneys }: Cast): string {
  return [...(hasJourneys && journey !== null ? [journey] : []), ...(step === null ? [] : [step])].join('/');
}

function ending(story: Story, cast: Cast, timeZone: string): readonly string[] {
  if (!cast.hasPeople && !cast.hasJourneys) return [summary(story, story.entries, timeZone)];
  const groups = new Map<string, StoryEntry[]>();
  for (const entry of story.entries) {
    const key = `${entry.person} · ${entry.journey}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const idle = story.people.filter((name) => story.entries.every(({ person }) => person !== name));
  return [
    'How it stands:',
    ...[...groups].map(([key, entries]) => `  ${key}: ${summary(story, entries, timeZone)}`),
    ...idle.map((name) => `  ${name}: Nobody wrote, and nothing began.`),
    ...(story.slots.length === 0 ? [] : ['Slots that changed hands:']),
    ...story.slots.map(
      ({ at, person, winner, loser }) =>
        `  ${formatLocal(at, timeZone)}  ${winner.journey}/${winner.step} took that of ${loser.journey}/${loser.step}${cast.hasPeople ? ` (${person ?? '?'})` : ''}`,
    ),
  ];
}

/** `Completed. Sent 3 of 4 messages.` */
function summary({ messages }: Story, entries: readonly StoryEntry[], timeZone: string): string {
  const own = messages.filter(({ person, journey }) => entries.some((entry) => entry.person === person && entry.journey === journey));
  const sent = own.filter(({ state }) => state === 'sent').length;
  const ends = entries.map((entry) => describeEnd(entry, timeZone));
  const journeys = ends.length === 0 ? 'Nobody entered' : ends.join('; then ');
  return `${journeys}. ${own.length === 0 ? 'No message was due' : `Sent ${sent} of ${own.length} ${own.length === 1 ? 'message' : 'messages'}`}.`;
}

function describeEnd({ outcome, reason, waitsFor }: StoryEntry, timeZone: string): string {
  if (outcome === null) return `Still under way: ${waitsText(waitsFor, timeZone)}`;
  const text = outcome === reason || reason === null ? outcome : `${outcome} (${reason})`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function waitsText(waitsFor: StoryEntry['waitsFor'], timeZone: string): string {
  const { until = null, what = '' } = waitsFor ?? {};
  return until === null ? `waits for somebody to resume it (${what})` : `waits until ${formatLocal(until, timeZone)} (${what})`;
}
