import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { buildServer } from '../../src/api/server.js';
import { AuditTrail } from '../../src/app/keys/audit-trail.js';
import { makeWriteKey } from '../../src/app/keys/manage-write-keys.js';
import { openStore, type Store } from '../../src/store/db.js';
import { packageRoot } from '../../src/temporal/package-root.js';
import { eventDoors } from '../support/segment.js';
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
async function start(place: StorePlace): Promise<IngestServers> {
  store = await openStore({ ...place, onQuery: () => (statements += 1) });
  const journey = await readFile(join(packageRoot(), 'journeys', 'abandoned-cart.journey.yaml'), 'utf8');
  const { deps, metrics, templates } = await buildApp(store, { smtpUrl: 'smtp://127.0.0.1:1', journeys: [journey], templates: [] });
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
