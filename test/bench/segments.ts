import { Agent } from 'node:http';
import { Child } from './child.js';
import { post } from './ingest.js';
import type { IngestServers } from './ingest-server.js';
import { type Comparison, closedLoop, interleave, ratioOf } from './measure.js';
import type { Plan } from './plan.js';
import { ShopStream } from './shop-stream.js';
import type { StorePlaces } from './store-place.js';

type SegmentSide = 'with' | 'without';

export interface SegmentsResult {
  readonly segments: number;
  readonly single: SegmentsComparison;
  readonly batched: SegmentsComparison;
}

interface SegmentsComparison {
  readonly eventsPerSecond: Readonly<Record<SegmentSide, number>>;
  readonly cpuMs: Comparison<SegmentSide>['cpuMs'];
  /** SQL statements a request takes. */
  readonly statements: Readonly<Record<SegmentSide, number>>;
  /** Time of an event with live segments to that of one without; the median of neighbouring rounds. */
  readonly timeRatio: number;
  /** The same of CPU milliseconds, where the system tells them. */
  readonly cpuRatio: number | null;
}

const liveSegments = 50;
const connections = 8;
const batchSize = 15;

/**
 * A shop's events over HTTP into two instances of their own, one with 50 live segments and one with none, each with a store of the kind.
 */
export async function benchSegments(places: StorePlaces, plan: Plan, say: (line: string) => void): Promise<SegmentsResult> {
  const children = { with: new Child('ingest-server.js'), without: new Child('ingest-server.js') };
  try {
    const servers = {
      with: await children.with.call<IngestServers>('start', { ...(await places.make()), segments: liveSegments }),
      without: await children.without.call<IngestServers>('start', await places.make()),
    };
    const measure = (size: number) => compare(children, servers, { plan, size, say });
    return { segments: liveSegments, single: await measure(1), batched: await measure(batchSize) };
  } finally {
    await Promise.all([children.with.stop(), children.without.stop()]);
  }
}

let streams = 0;

async function compare(
  children: Readonly<Record<SegmentSide, Child>>,
  servers: Readonly<Record<SegmentSide, IngestServers>>,
  { plan, size, say }: { readonly plan: Plan; readonly size: number; readonly say: (line: string) => void },
): Promise<SegmentsComparison> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const statements: Record<SegmentSide, number> = { with: Number.NaN, without: Number.NaN };
  const sideOf = (name: SegmentSide) => {
    const callers = Array.from({ length: connections }, () => new ShopStream(`${name}${++streams}`));
    const { ours, writeKey } = servers[name];
    const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`;
    return async (seconds: number) => {
      const before = await children[name].call<number>('statements');
      let requests = 0;
      const round = await closedLoop({ inFlight: connections, seconds }, async (caller) => {
        const stream = callers[caller];
        const calls = stream === undefined ? [] : Array.from({ length: size }, () => stream.next());
        const body = size === 1 ? calls[0] : { batch: calls, sentAt: new Date().toISOString() };
        await post(agent, `${ours}/v1/${size === 1 ? calls[0]?.type : 'batch'}`, authorization, JSON.stringify(body));
        requests += 1;
        return size;
      });
      statements[name] = ((await children[name].call<number>('statements')) - before) / requests;
      return round;
    };
  };
  const comparison = await interleave<SegmentSide>(
    { with: { run: sideOf('with') }, without: { run: sideOf('without') } },
    plan.ingest,
    (name, { rate }) => say(`segments, batches of ${size}, ${name} ${liveSegments} segments: ${rate.toFixed(0)} events/s`),
  );
  agent.destroy();
  const { with: ours, without } = comparison.cpuMs;
  return {
    eventsPerSecond: comparison.rates,
    cpuMs: comparison.cpuMs,
    statements,
    timeRatio: ratioOf(comparison, 'without', 'with'),
    cpuRatio: ours === null || without === null ? null : ours / without,
  };
}

/** The worse of both ways of sending. */
export function worstGrowth(results: readonly SegmentsResult[]): number | null {
  const ratios = results.flatMap(({ single, batched }) => [single, batched].map(({ cpuRatio, timeRatio }) => cpuRatio ?? timeRatio));
  return ratios.length === 0 ? null : Math.max(...ratios);
}

export function describeSegments(kind: string, { segments, ...ways }: SegmentsResult): readonly (readonly string[])[] {
  return Object.entries(ways).map(([name, { eventsPerSecond, cpuMs, timeRatio }]) => [
    `ingest with ${segments} segments, ${name}, ${kind}`,
    `${eventsPerSecond.with.toFixed(0)} events/s`,
    `without ${eventsPerSecond.without.toFixed(0)}`,
    `${timeRatio.toFixed(2)} of its time`,
    [cpuMs.with, cpuMs.without].map((ms) => ms?.toFixed(2) ?? '–').join(', '),
  ]);
}
