import { topicIds } from '../../domain/policy/topic-policy.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import { experimentWays } from '../../journey/experiment.js';
import { type JourneyProblem, parseJourney, type TemplateCatalog } from '../../journey/parse.js';
import { readLiveExperiments } from '../../store/experiments.js';
import { addJourneyVersion, createJourney, type JourneyState, lockJourney, readVersionHash } from '../../store/journeys.js';
import { readLiveOffers } from '../../store/offers.js';
import { liveSegmentIds } from '../../store/segments.js';
import { unseenReads } from '../contracts/show-contracts.js';
import type { AppDeps } from '../deps.js';
import { versionHash } from '../version-hash.js';

export type PublishResult =
  /** A new version is live: entries from now on take it, entries under way stay on theirs. */
  | {
      readonly kind: 'published';
      readonly journeyId: string;
      readonly version: number;
      readonly hash: string;
      readonly problems: readonly JourneyProblem[];
      readonly state: JourneyState;
    }
  /** The live version says the same already. */
  | {
      readonly kind: 'unchanged';
      readonly journeyId: string;
      readonly version: number;
      readonly hash: string;
      readonly problems: readonly JourneyProblem[];
      /** A paused or archived journey takes the version, and nobody enters it. */
      readonly state: JourneyState;
    }
  | { readonly kind: 'refused'; readonly journeyId: string | null; readonly problems: readonly JourneyProblem[] };

/**
 * Checks a journey's source and freezes it as the next version. Publishing the live version again changes nothing, so it may be repeated at
 * every start. A paused or archived journey gets the version and stays paused or archived. `id`: the journey that the caller means; a
 * source of another journey is refused.
 */
export async function publishJourney(
  deps: Pick<AppDeps, 'store' | 'clock'> & Partial<Pick<AppDeps, 'policies' | 'shop'>> & { readonly templates?: TemplateCatalog },
  input: { readonly source: string; readonly id?: string; readonly note?: string | null },
): Promise<PublishResult> {
  const parsed = parseJourney(input.source, {
    ...(deps.templates ? { templates: deps.templates } : {}),
    ...(deps.policies ? { topics: topicIds(deps.policies.current().topics) } : {}),
    segments: await liveSegmentIds(deps.store.db),
    ...(deps.shop ? { receivers: deps.shop.receivers ?? {} } : {}),
    experiments: experimentWays(await readLiveExperiments(deps.store.db)),
    offers: (await readLiveOffers(deps.store.db)).map(({ definition }) => definition.id),
  });
  if (parsed.kind === 'invalid') return { kind: 'refused', journeyId: input.id ?? null, problems: parsed.problems };
  const { definition } = parsed;
  const problems = [...parsed.problems, ...(await unseenReads(deps.store.db, definition)).map(neverSeen)];
  if (input.id !== undefined && definition.id !== input.id)
    return { kind: 'refused', journeyId: input.id, problems: [otherJourney(definition, input.id), ...problems] };

  const hash = versionHash(input.source, definition);
  return deps.store.transaction(async (trx) => {
    const at = deps.clock.now();
    await createJourney(trx, definition.id, at);
    const journey = await lockJourney(trx, definition.id);
    const live = journey?.liveVersion ?? 0;
    const state = journey?.state ?? 'active';
    if ((await readVersionHash(trx, definition.id, live)) === hash)
      return { kind: 'unchanged', journeyId: definition.id, version: live, hash, problems, state };
    const version = await addJourneyVersion(trx, {
      journeyId: definition.id,
      source: input.source,
      definition,
      hash,
      note: input.note ?? null,
      at,
    });
    return { kind: 'published', journeyId: definition.id, version, hash, problems, state };
  });
}

/** A warning: the event may come later, and then the journey hears it. */
function neverSeen(sentence: string): JourneyProblem {
  return {
    line: 1,
    column: 1,
    path: 'journey',
    message: sentence,
    suggestion: 'sojourn event list shows what comes.',
    severity: 'warning',
  };
}

function otherJourney(definition: JourneyDefinition, id: string): JourneyProblem {
  return {
    line: 1,
    column: 1,
    path: 'journey',
    message: `This is the source of the journey ${definition.id}, but it was published as ${id}.`,
    suggestion: `Publish it as ${definition.id}, or write journey: ${id}.`,
    severity: 'error',
  };
}
