import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { sql } from 'kysely';
import { type ShopCall, shopDays } from '../../examples/shop-day.js';
import { type Replay, replayJourney } from '../../src/app/replay/replay-journey.js';
import { day, second } from '../../src/domain/time/instant.js';
import type { ProfileId } from '../../src/domain/values/ids.js';
import { openStore, type Store } from '../../src/store/db.js';
import { type NewEvent, writeEvents } from '../../src/store/events.js';
import { packageRoot } from '../../src/temporal/package-root.js';
import { cartWithoutOffer } from '../support/shipped-cart.js';
import { buildApp } from './app.js';
import type { StorePlaces } from './store-place.js';

export interface ReplayResult {
  readonly events: number;
  readonly people: number;
  /** Messages on both sides. */
  readonly messages: number;
  readonly seconds: number;
  /** Of this process, with the embedded store where that is the one. */
  readonly cpuSeconds: number;
  /** The longest that the thread was held, milliseconds. */
  readonly longestHoldMs: number;
  /** Grown while it played. */
  readonly heldMb: number;
}

const from = Date.UTC(2026, 9, 1);
const days = 30;

/** A shop's events of a month, through the shipped journey with another idle time and as it is. */
export async function benchReplay(places: StorePlaces, events: number, say: (line: string) => void): Promise<ReplayResult> {
  const store = await openStore(await places.make());
  try {
    const source = cartWithoutOffer();
    const templates = ['cart-reminder-1', 'cart-reminder-2', 'cart-reminder-3', 'cart-link'];
    const { deps } = await buildApp(store, { smtpUrl: 'smtp://127.0.0.1:9', journeys: [source], templates });
    say(`filling a store with ${events} events`);
    await fill(store, events);
    say('replaying them');
    return await measured(() => playThrough(deps, source.replace('for: PT1H\n', 'for: PT3H\n')));
  } finally {
    await store.close();
  }
}

async function playThrough(deps: Parameters<typeof replayJourney>[0], source: string): Promise<Replay> {
  const start = await replayJourney(deps, { source, from, to: from + (days + 7) * day, show: 10 });
  if (start.kind !== 'plays') throw new Error(`The replay did not begin: ${start.kind}.`);
  for (let next = await start.replay.next(); ; next = await start.replay.next()) if (next.done === true) return next.value;
}

async function measured(play: () => Promise<Replay>): Promise<ReplayResult> {
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const replay = await play();
  const used = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1000;
  delay.disable();
  global.gc?.();
  return {
    events: replay.events,
    people: replay.people,
    messages: replay.counts.reduce((sum, { what, live, draft }) => sum + (what === 'sent' ? live + draft : 0), 0),
    seconds,
    cpuSeconds: (used.user + used.system) / 1e6,
    longestHoldMs: delay.max / 1e6,
    heldMb: (process.memoryUsage().heapUsed - before) / 2 ** 20,
  };
}

/**
 * The two real days of `examples/`, again and again with other people (without numbers, which would make them households), each time some
 * hours later. Past ingest: a replay reads people and events, and nothing that was derived from them.
 */
async function fill(store: Store, atLeast: number): Promise<void> {
  const { calls } = shopDays(join(packageRoot(), 'examples/baskets'));
  const rounds = Math.ceil(atLeast / calls.length);
  const first = calls[0]?.at ?? 0;
  const stepMs = Math.floor(((days - 5) * day) / rounds);
  for (let round = 0; round < rounds; round += 1) {
    const people = new Set<string>();
    const events = calls.map((call, index) => storedOf(call, { round, index, at: from + round * stepMs + call.at - first }, people));
    await writeProfiles(store, [...people]);
    for (let start = 0; start < events.length; start += 1000)
      await store.transaction(
        async (trx) => void (await sql`with e as (${writeEvents(events.slice(start, start + 1000))!}) select 1 from e`.execute(trx)),
      );
  }
  await sql`analyze`.execute(store.db);
}

function storedOf(
  { userId, anonymousId, call }: ShopCall,
  { round, index, at }: { readonly round: number; readonly index: number; readonly at: number },
  people: Set<string>,
): NewEvent {
  const again = (id: string): string => `${id}-${round}`;
  const profileId = again(userId ?? anonymousId ?? '') as ProfileId;
  people.add(profileId);
  const messageId = again(`call-${index}`);
  const who = {
    ...(userId === null ? {} : { userId: again(userId) }),
    ...(anonymousId === null ? {} : { anonymousId: again(anonymousId) }),
  };
  const said =
    call.kind === 'identify'
      ? { type: 'identify', traits: { ...call.traits, email: `${profileId}@example.test`, phone: null } }
      : { type: 'track', event: call.event, properties: { ...call.properties, ...cartOf(call.properties, again) } };
  return {
    messageId,
    profileId,
    type: call.kind,
    name: call.kind === 'identify' ? null : call.event,
    occurredAt: at,
    receivedAt: at + second,
    origin: 'live',
    payload: { ...said, ...who, messageId, timestamp: new Date(at).toISOString() },
    matched: [],
  };
}

function cartOf({ cart_id: cart }: Readonly<Record<string, unknown>>, again: (id: string) => string) {
  return typeof cart === 'string' ? { cart_id: again(cart) } : {};
}

async function writeProfiles(store: Store, ids: readonly string[]): Promise<void> {
  await sql`insert into profiles (id, created_at, updated_at) select id, ${from}, ${from} from unnest(${ids}::text[]) as ids(id)
    on conflict (id) do nothing`.execute(store.db);
}
