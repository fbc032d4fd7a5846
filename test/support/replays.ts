import { shopDays } from '../../examples/shop-day.js';
import { ingestEvents } from '../../src/app/ingest/ingest-events.js';
import { publishJourney } from '../../src/app/journeys/publish-journey.js';
import { type Replay, type ReplayProgress, type ReplayRequest, replayJourney } from '../../src/app/replay/replay-journey.js';
import { publishTemplates } from '../../src/app/templates/publish-templates.js';
import type { IncomingEvent } from '../../src/domain/events/incoming.js';
import { ourselves } from '../../src/domain/keys/speaker.js';
import { loadTemplates } from '../../src/render/load.js';
import { readSegmentEvent } from './segment.js';
import { cartWithoutOffer } from './shipped-cart.js';
import type { TurnDeps } from './turns.js';

export const cartYaml = cartWithoutOffer();

/** The shop's journey, its templates, and what happened in the shop in two days, as its client tells it. No turn is taken. */
export async function fillWithShopDays(
  deps: TurnDeps,
): Promise<{ readonly first: number; readonly last: number; readonly events: number }> {
  await publishTemplates(deps, await loadTemplates('.'));
  await publishJourney(deps, { source: cartYaml });
  const { calls } = shopDays('examples/baskets');
  for (let start = 0; start < calls.length; ) {
    const first = calls[start]?.at ?? 0;
    const batch = calls.slice(start, start + 15).filter(({ at }) => at < first + 60_000);
    const receivedAt = (batch.at(-1)?.at ?? first) + batch.length;
    deps.clock.set(receivedAt);
    const incoming = batch.map(({ at, userId, anonymousId, call }, index) =>
      asSegment(
        {
          ...(call.kind === 'identify'
            ? { type: 'identify', traits: call.traits }
            : { type: 'track', event: call.event, properties: call.properties }),
          ...(userId === null ? {} : { userId }),
          ...(anonymousId === null ? {} : { anonymousId }),
          messageId: `call-${start + index}`,
          // What came first also happened first.
          timestamp: new Date(at + index).toISOString(),
        },
        receivedAt,
      ),
    );
    await ingestEvents(deps, incoming, []);
    start += batch.length;
  }
  return { first: calls[0]?.at ?? 0, last: calls.at(-1)?.at ?? 0, events: calls.length };
}

/** An event of the shop's server, as its client sends it. */
export function asSegment(raw: Readonly<Record<string, unknown>>, receivedAt: number): IncomingEvent {
  const reading = readSegmentEvent(raw, null, {
    origin: 'live',
    receivedAt,
    rate: 1,
    sentAt: undefined,
    speakerOf: () => ({ speaker: ourselves, note: null }),
  });
  if (reading.kind === 'rejected') throw new Error(reading.rejected.detail);
  return reading.incoming;
}

/** Plays a replay to its end. */
export async function replayed(
  deps: Parameters<typeof replayJourney>[0],
  request: Omit<ReplayRequest, 'show'> & { readonly show?: number },
): Promise<{ readonly replay: Replay; readonly progress: readonly ReplayProgress[] }> {
  const start = await replayJourney(deps, { show: 0, ...request });
  if (start.kind !== 'plays') throw new Error(`It does not play: ${JSON.stringify(start)}`);
  const progress: ReplayProgress[] = [];
  for (;;) {
    const next = await start.replay.next();
    if (next.done === true) return { replay: next.value, progress };
    progress.push(next.value);
  }
}
