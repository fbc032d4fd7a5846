import type { ProfileSegments, SegmentHistory, SegmentMember, SegmentSizes } from '../../api/contract/segments.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfile } from '../find-profile.js';
import { option } from '../options.js';
import { paragraphs, plural, table } from '../text.js';

export const segmentExplainCommand = command({
  name: 'segment explain <person>',
  help: 'which segments a person is in, and why',
  examples: ['sojourn segment explain ada@example.com'],
  run: (context, [person = '']) => explainSegments(context, person),
});

export const segmentMembersCommand = command({
  name: 'segment members <id>',
  help: 'who belongs to a segment, since when and why',
  run: (context, [id = '']) => listMembers(context, id),
});

export const segmentSizesCommand = command({
  name: 'segment sizes [id]',
  help: 'the size of each segment: now, a day ago, a week ago',
  options: [option('--days <number>', 'with an id: how far back (default: 90)')],
  examples: ['sojourn segment sizes', 'sojourn segment sizes loyal_buyers --days 30'],
  run: (context, [id], options) => (id === undefined ? showSizes(context) : showHistory(context, id, options())),
});

/** `segment explain <person>` */
async function explainSegments(context: CliContext, person: string): Promise<Outcome> {
  const api = await context.client();
  const profile = await findProfile(api, person);
  const answer = await api.get<ProfileSegments>(`/v1/profiles/${encodeURIComponent(profile.id)}/segments`);
  const local = await context.localTime();
  const told = answer.segments.map(({ id, name, isMember, since, because, changesAt }) =>
    [
      `${isMember ? 'in' : 'not in'} ${id} (${name})${since === null ? '' : `, since ${local(since)}`}:`,
      ...because.map((clause) => `  ${clause}`),
      ...(changesAt === null ? [] : [`  looked at again ${local(changesAt)}, or when something happens`]),
    ].join('\n'),
  );
  return { value: answer, text: told.length === 0 ? noSegment : paragraphs(...told) };
}

/** `segment members <id>` */
async function listMembers(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const members = await api.list<SegmentMember>(`/v1/segments/${encodeURIComponent(id)}/members`, {}, 1000);
  const local = await context.localTime();
  const rows = members.map(({ profileId, since, because }) => [profileId, local(since), because.join('; ')]);
  return { value: members, text: table(['person', 'since', 'because'], rows, `Nobody belongs to ${id}.`) };
}

/** `segment sizes` */
async function showSizes(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const { items } = await api.get<SegmentSizes>('/v1/segment-sizes');
  const rows = items.map(({ id, name, size, dayAgo, weekAgo, seen, isFilled }) => [
    id,
    name,
    size,
    dayAgo ?? '',
    weekAgo ?? '',
    isFilled ? '' : `filling: ${seen} people looked at`,
  ]);
  return { value: items, text: table(['segment', 'name', 'people', 'a day ago', 'a week ago', ''], rows, noSegment) };
}

/** `segment sizes <id>`: day by day, as a line of blocks and as figures. */
async function showHistory(context: CliContext, id: string, { days = '90' }: { readonly days?: string }): Promise<Outcome> {
  const api = await context.client();
  const { items } = await api.get<SegmentHistory>(`/v1/segments/${encodeURIComponent(id)}/sizes`, { days });
  const local = await context.localTime();
  const sizes = items.map(({ size }) => size);
  const line = `${id}, ${plural(items.length, 'day')}: ${sparkLine(sizes)}`;
  const rows = items.map(({ at, size }) => [local(at), size]);
  return {
    value: items,
    text: paragraphs(line, table(['counted', 'people'], rows, 'It has not been counted yet: sizes are kept once an hour.')),
  };
}

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** The smallest is the lowest block, the largest the highest; of equal sizes all are lowest. */
export function sparkLine(sizes: readonly number[]): string {
  const least = Math.min(...sizes);
  const span = Math.max(...sizes) - least;
  return sizes.map((size) => blocks[span === 0 ? 0 : Math.round(((size - least) / span) * (blocks.length - 1))]).join('');
}

const noSegment = 'No segment is published: write segments/<id>.segment.yaml, then sojourn segment publish.';
