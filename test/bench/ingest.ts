import { Agent, request } from 'node:http';
import { Child } from './child.js';
import type { IngestServers } from './ingest-server.js';
import { type Comparison, closedLoop, interleave, ratioOf } from './measure.js';
import type { Plan, Rounds } from './plan.js';
import { type SegmentCall, ShopStream } from './shop-stream.js';
import type { StorePlaces } from './store-place.js';

type IngestSide = 'ours' | 'bare';

export interface IngestComparison {
  readonly eventsPerSecond: Readonly<Record<IngestSide, number>>;
  readonly rounds: Comparison<IngestSide>['rounds'];
  /** CPU milliseconds an event, of the server and its store. */
  readonly cpuMs: Comparison<IngestSide>['cpuMs'];
  readonly ratioToBare: number;
  /** SQL statements a request of ours takes, begin and commit among them. */
  readonly statements: number;
}

export interface IngestResult {
  readonly single: IngestComparison;
  readonly batched: IngestComparison;
}

const connections = 8;
const batchSize = 15;

/** A shop's events over HTTP, one at a time and in batches of 15, against a bare route with one insert into the same store. */
export async function benchIngest(places: StorePlaces, plan: Plan, say: (line: string) => void): Promise<IngestResult> {
  const server = new Child('ingest-server.js');
  try {
    const servers = await server.call<IngestServers>('start', await places.make());
    const single = await compare(server, servers, plan.ingest, 1, (line) => say(`ingest, one at a time, ${line}`));
    const batched = await compare(server, servers, plan.ingest, batchSize, (line) => say(`ingest, batches of ${batchSize}, ${line}`));
    return { single, batched };
  } finally {
    await server.stop();
  }
}

let streams = 0;

async function compare(
  server: Child,
  { ours, bare, writeKey }: IngestServers,
  rounds: Rounds,
  size: number,
  say: (line: string) => void,
): Promise<IngestComparison> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`;
  const clients = (name: string) => Array.from({ length: connections }, () => new ShopStream(`${name}${++streams}`));
  let statements = Number.NaN;

  const side = (urlOf: (calls: readonly SegmentCall[]) => string, callers: readonly ShopStream[]) => async (seconds: number) => {
    const before = await server.call<number>('statements');
    let requests = 0;
    const round = await closedLoop({ inFlight: connections, seconds }, async (caller) => {
      const stream = callers[caller];
      const calls = stream === undefined ? [] : Array.from({ length: size }, () => stream.next());
      const body = size === 1 ? calls[0] : { batch: calls, sentAt: new Date().toISOString() };
      await post(agent, urlOf(calls), authorization, JSON.stringify(body));
      requests += 1;
      return size;
    });
    return { round, statements: ((await server.call<number>('statements')) - before) / requests };
  };

  const oursRound = side((calls) => `${ours}/v1/${size === 1 ? calls[0]?.type : 'batch'}`, clients('o'));
  const bareRound = side(() => `${bare}/${size === 1 ? 'one' : 'batch'}`, clients('b'));
  const comparison = await interleave<IngestSide>(
    {
      ours: {
        run: async (seconds) => {
          const measured = await oursRound(seconds);
          statements = measured.statements;
          return measured.round;
        },
      },
      bare: { run: async (seconds) => (await bareRound(seconds)).round },
    },
    rounds,
    (name, { rate }) => say(`${name}: ${rate.toFixed(0)} events/s`),
  );
  agent.destroy();
  return {
    eventsPerSecond: comparison.rates,
    rounds: comparison.rounds,
    cpuMs: comparison.cpuMs,
    ratioToBare: ratioOf(comparison, 'ours', 'bare'),
    statements,
  };
}

/** Throws unless it is answered 200. */
export function post(agent: Agent, url: string, authorization: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), authorization };
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`A request of the bench was answered ${response.statusCode}.`)),
      );
    });
    call.once('error', reject);
    call.end(body);
  });
}
