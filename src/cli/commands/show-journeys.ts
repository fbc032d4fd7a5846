import type { EventContracts } from '../../api/contract/event-contracts.js';
import type { JourneyVersion, JourneyVersionSummary, LiveJourney } from '../../api/contract/journeys.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { option } from '../options.js';
import { paragraphs, plural, table } from '../text.js';
import { contractText } from './event-contracts.js';

export const journeyListCommand = command({
  name: 'journey list',
  help: 'all journeys',
  options: [option('--internal', 'also those that Sojourn made for messages and broadcasts')],
  run: (context, _args, options) => listJourneys(context, options()),
});

export const journeyShowCommand = command({
  name: 'journey show <id>',
  help: 'a journey and its versions',
  options: [option('--source', 'print the YAML'), option('--at <version>', 'another version than the newest')],
  run: (context, [id = ''], options) => showJourney(context, id, options()),
});

/** `journey list` */
async function listJourneys(context: CliContext, options: { readonly internal?: boolean }): Promise<Outcome> {
  const api = await context.client();
  const journeys = await api.list<LiveJourney>('/v1/journeys', { internal: options.internal }, 1000);
  const rows = journeys.map((journey) => [journey.id, journey.name, stateOf(journey), journey.liveVersion, journey.armed, journey.open]);
  return {
    value: journeys,
    text: table(
      ['journey', 'name', 'state', 'version', 'armed', 'open'],
      rows,
      'No journey is published yet: sojourn journey publish <file>.',
    ),
  };
}

function because({ id, pausedBecause }: LiveJourney): string {
  return pausedBecause === null ? '' : ` by a breaker (${pausedBecause}; sojourn breaker reset journey:${id})`;
}

function stateOf({ state, pausedBecause }: LiveJourney): string {
  return pausedBecause === null ? state : `${state} by a breaker`;
}

/** `journey show <id>`: the journey and its versions, or with `--source` the YAML of a version. */
async function showJourney(
  context: CliContext,
  id: string,
  options: { readonly source?: boolean; readonly at?: string },
): Promise<Outcome> {
  const api = await context.client();
  const path = `/v1/journeys/${encodeURIComponent(id)}`;
  if (options.source) {
    const version = await api.get<JourneyVersion>(`${path}/versions/${options.at ?? 'live'}`);
    return { value: version, text: version.source.trimEnd() };
  }
  const journey = await api.get<LiveJourney>(path);
  const versions = await api.list<JourneyVersionSummary>(`${path}/versions`, {}, 20);
  const local = await context.localTime();
  const state = journey.state === 'paused' ? `paused since ${local(journey.pausedAt)}${because(journey)}` : journey.state;
  const rows = versions.map((version) => [
    version.version,
    local(version.publishedAt),
    version.version === journey.liveVersion ? 'live' : '',
    version.note ?? '',
  ]);
  const { items } = await api.get<EventContracts>('/v1/event-contracts');
  const contract = items.find((one) => one.kind === 'journey' && one.id === id) ?? null;
  return {
    value: { ...journey, versions, contract },
    text: paragraphs(
      `${journey.name} (${journey.id}) is ${state}: ${plural(journey.armed, 'entry', 'entries')} armed, ${journey.open} under way.`,
      table(['version', 'published', '', 'note'], rows, 'It has no version yet.'),
      contract === null ? null : contractText(contract, local),
    ),
  };
}
