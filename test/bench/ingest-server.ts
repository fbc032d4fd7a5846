import fastify, { type FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { buildServer } from '../../src/api/server.js';
import { publishDefinition } from '../../src/app/definitions/publish-definition.js';
import type { AppDeps } from '../../src/app/deps.js';
import { AuditTrail } from '../../src/app/keys/audit-trail.js';
import { makeWriteKey } from '../../src/app/keys/manage-write-keys.js';
import type { LiveSegments } from '../../src/app/segments/live-segments.js';
import { fillSegments } from '../../src/app/segments/tend-segments.js';
import { segments as segmentKind } from '../../src/definitions/segment/kind.js';
import { openStore, type Store } from '../../src/store/db.js';
import { eventDoors } from '../support/segment.js';
import { cartWithoutOffer } from '../support/shipped-cart.js';
import { buildApp } from './app.js';
import { answerParent } from './child.js';
import type { StorePlace } from './store-place.js';

export interface IngestServers {
  /** The API of an instance. */
  readonly ours: string;
  /** A bare Fastify: parses JSON, inserts once. */
  readonly bare: string;
  readonly writeKey: string;
}

let store: Store | null = null;
const servers: FastifyInstance[] = [];
let statements = 0;

/** Both servers live in this process and use its one store, so that only what they do tells them apart. */
async function start({ segments = 0, ...place }: StorePlace & { readonly segments?: number }): Promise<IngestServers> {
  store = await openStore({ ...place, onQuery: () => (statements += 1) });
  const journey = cartWithoutOffer();
  const { deps, metrics, templates } = await buildApp(store, { smtpUrl: 'smtp://127.0.0.1:1', journeys: [journey], templates: [] });
  if (segments > 0) await publishSegments(deps, segments);
  const { secret: writeKey } = await makeWriteKey(deps, 'server', 'bench');
  const ours = buildServer({
    app: deps,
    audit: new AuditTrail(deps),
    version: 'bench',
    registry: metrics.registry,
    templates,
    temporalUi: null,
    parts: async () => [],
    notices: async () => [],
    plugins: [...eventDoors(deps)],
  });
  const bare = await bareServer(store);
  servers.push(ours, bare);
  const listen = (server: FastifyInstance): Promise<string> => server.listen({ host: '127.0.0.1', port: 0 });
  return { ours: await listen(ours), bare: await listen(bare), writeKey };
}

const bought = (count: string, days?: number) =>
  `{ event_count: { name: order.paid, ${days === undefined ? '' : `within: P${days}D, `}${count} } }`;
const viewed = (days: number, atLeast: number) => `{ event_count: { name: product.viewed, within: P${days}D, at_least: ${atLeast} } }`;

/**
 * What shops ask, fifty of it: how often and how lately somebody bought, who looked and did not buy, countries and plans, events of the
 * shop's own, consents.
 */
const asked: readonly string[] = [
  ...['is: 0', 'is: 1', 'at_least: 2', 'at_least: 4', 'at_least: 10'].map((count) => bought(count)),
  ...[30, 90, 180, 365].map((days) => bought('at_least: 1', days)),
  ...[60, 90, 120, 180].map((days) => `{ all: [${bought('at_least: 1')}, ${bought('is: 0', days)}] }`),
  ...(
    [
      [7, 2],
      [14, 5],
      [30, 10],
      [60, 20],
    ] as const
  ).map(([days, times]) => `{ all: [${viewed(days, times)}, ${bought('is: 0')}] }`),
  ...['GB', 'IE', 'FR', 'DE', 'ES', 'IT', 'NL', 'US', 'CA', 'AU'].map((country) => `{ trait: { name: country, is: ${country} } }`),
  ...['gold', 'silver', 'bronze'].map((plan) => `{ all: [{ trait: { name: plan, is: ${plan} } }, ${bought('at_least: 1', 90)}] }`),
  ...[
    'Style Guessed',
    'Wish Written',
    'Coupon Asked',
    'Store Visited',
    'Gift Sent',
    'Friend Invited',
    'Sample Ordered',
    'Bill Paid',
    'Course Booked',
    'Size Chosen',
    'Advice Asked',
    'Game Played',
    'Invoice Seen',
    'Video Watched',
    'Wish Granted',
  ].map((event) => `{ event_count: { name: "event:${event}", within: P30D, at_least: 1 } }`),
  '{ consent: { channel: email } }',
  '{ consent: { channel: sms } }',
  '{ all: [{ identified: true }, { not: { consent: { channel: email } } }] }',
  `{ any: [${bought('at_least: 2', 30)}, { all: [{ identified: true }, ${viewed(7, 10)}] }] }`,
  `{ all: [{ segment: s1 }, { trait: { name: country, is: GB } }] }`,
];

/** The segments are in force, and their fills are over. */
async function publishSegments(deps: AppDeps, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const result = await publishDefinition(deps, segmentKind, { source: `segment: s${n}\nname: Number ${n}\nwho: ${asked[n]}\n` });
    if (result.kind === 'refused') throw new Error(JSON.stringify(result.problems));
  }
  await (deps.segments as LiveSegments).refresh(deps.store.db);
  await fillSegments(deps);
  await sql`update segment_fills set begins_real = 0`.execute(deps.store.db);
  await fillSegments(deps);
  await (deps.segments as LiveSegments).refresh(deps.store.db);
}

interface BareEvent {
  readonly messageId: string;
}

async function bareServer({ db }: Store): Promise<FastifyInstance> {
  await sql`create table bench_events (message_id text primary key, received_at bigint not null, payload jsonb not null)`.execute(db);
  const insert = (events: readonly BareEvent[]) => {
    const now = Date.now();
    const rows = events.map((event) => sql`(${event.messageId}, ${now}, ${JSON.stringify(event)})`);
    return sql`insert into bench_events (message_id, received_at, payload) values ${sql.join(rows)} on conflict do nothing`.execute(db);
  };
  const server = fastify({ logger: false });
  server.post<{ Body: BareEvent }>('/one', async ({ body }) => {
    await insert([body]);
    return { success: true };
  });
  server.post<{ Body: { batch: readonly BareEvent[] } }>('/batch', async ({ body }) => {
    await insert(body.batch);
    return { success: true };
  });
  return server;
}

answerParent(
  {
    start,
    statements: async () => statements,
    /** Events that our side has stored. */
    stored: async () => {
      const row = await store?.db
        .selectFrom('events')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      return row?.n ?? 0;
    },
  },
  async () => {
    for (const server of servers) await server.close();
    await store?.close();
  },
);
