import { cpus } from 'node:os';
import Table from 'cli-table3';
import { Child } from './child.js';
import { benchEmails, type EmailsResult } from './emails.js';
import { benchExperiments, type ExperimentsResult } from './experiments.js';
import { benchIngest, type IngestComparison, type IngestResult } from './ingest.js';
import { benchMemory, type MemoryResult } from './memory.js';
import { benchMessages, type MessagesResult, startTemporalForBench } from './messages.js';
import { benchPaths, type PathsResult, pathParts } from './paths.js';
import { fullPlan, quickPlan } from './plan.js';
import { benchReplay, type ReplayResult } from './replay.js';
import { benchReservations, type ReservationResult } from './reservations.js';
import { benchScenarios, type ScenariosResult } from './scenarios.js';
import { benchSegments, describeSegments, type SegmentsResult, worstGrowth } from './segments.js';
import { type StoreKind, storePlaces } from './store-place.js';

/** What `npm run bench -- --json` prints as its last line. */
interface BenchResult {
  readonly quick: boolean;
  readonly node: string;
  readonly cores: number;
  readonly seconds: number;
  readonly ingest: Readonly<Partial<Record<StoreKind, IngestResult>>>;
  readonly segments: Readonly<Partial<Record<StoreKind, SegmentsResult>>>;
  readonly messages: Readonly<Partial<Record<StoreKind, MessagesResult>>>;
  readonly paths: Readonly<Partial<Record<StoreKind, PathsResult>>>;
  /** On PostgreSQL. */
  readonly reservations: ReservationResult | null;
  readonly emails: EmailsResult | null;
  readonly replay: Readonly<Partial<Record<StoreKind, ReplayResult>>>;
  readonly memory: MemoryResult | null;
  readonly scenarios: ScenariosResult | null;
  /** On PostgreSQL. */
  readonly experiments: ExperimentsResult | null;
  /** What was asked for, and what came of it on the worse store; null: not measured. */
  readonly targets: Readonly<Record<string, Target>>;
}

/** Exactly one of the bounds. */
interface Target {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly measured: number | null;
}

const parts = [
  'ingest',
  'segments',
  'messages',
  'paths',
  'reservations',
  'emails',
  'replay',
  'memory',
  'scenarios',
  'experiments',
] as const;
const stores: readonly StoreKind[] = ['pglite', 'postgres'];

const args = process.argv.slice(2);
const valueOf = (name: string): string | undefined => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const quick = args.includes('--quick');
const only = valueOf('only')?.split(',') ?? parts;
const onlyPaths = valueOf('paths')?.split(',') ?? pathParts;
const onStores = stores.filter((kind) => valueOf('store') === undefined || valueOf('store') === kind);
const plan = quick ? quickPlan : fullPlan;
const began = performance.now();

function say(line: string): void {
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
}

const wants = (part: (typeof parts)[number]): boolean => only.includes(part);
const result = await run();
if (args.includes('--json')) process.stdout.write(`${JSON.stringify(result)}\n`);
else print(result);

async function run(): Promise<BenchResult> {
  const stops: (() => Promise<void>)[] = [];
  const ingest: Partial<Record<StoreKind, IngestResult>> = {};
  const segments: Partial<Record<StoreKind, SegmentsResult>> = {};
  const messages: Partial<Record<StoreKind, MessagesResult>> = {};
  const paths: Partial<Record<StoreKind, PathsResult>> = {};
  const replay: Partial<Record<StoreKind, ReplayResult>> = {};
  let reservations: ReservationResult | null = null;
  let emails: EmailsResult | null = null;
  let memory: MemoryResult | null = null;
  let scenarios: ScenariosResult | null = null;
  let experiments: ExperimentsResult | null = null;
  try {
    const sink = new Child('smtp-sink.js');
    stops.push(() => sink.stop());
    const smtpUrl = await sink.call<string>('url');
    if (wants('emails')) emails = await benchEmails(smtpUrl, plan, say);
    if (wants('reservations')) {
      const places = await storePlaces('postgres');
      stops.push(() => places.close());
      reservations = await benchReservations(places, smtpUrl, plan, say);
    }
    if (wants('experiments')) {
      const places = await storePlaces('postgres');
      stops.push(() => places.close());
      experiments = await benchExperiments(places, plan, say);
    }
    if (wants('ingest') || wants('segments') || wants('messages') || wants('paths') || wants('replay')) {
      const temporal = wants('messages') ? await startTemporalForBench(say) : null;
      if (temporal !== null) stops.push(() => temporal.stop());
      for (const kind of onStores) {
        const places = await storePlaces(kind);
        stops.push(() => places.close());
        const sayHere = (line: string): void => say(`${kind}: ${line}`);
        if (wants('ingest')) ingest[kind] = await benchIngest(places, plan, sayHere);
        if (wants('segments')) segments[kind] = await benchSegments(places, plan, sayHere);
        if (wants('replay')) replay[kind] = await benchReplay(places, plan.replayEvents, sayHere);
        if (wants('paths')) paths[kind] = await benchPaths(places, plan.paths, { say: sayHere, wants: (part) => onlyPaths.includes(part) });
        if (temporal !== null) messages[kind] = await benchMessages(places, temporal, smtpUrl, plan, sayHere);
      }
    }
    await stopAll(stops);
    if (wants('memory')) memory = await benchMemory(plan.idleSeconds, say);
    if (wants('scenarios')) scenarios = await benchScenarios(quick ? 1 : 5, say);
  } finally {
    await stopAll(stops);
  }
  const slowest = (seconds: readonly number[]): number | null => (seconds.length === 0 ? null : Math.max(...seconds));
  const worst = (ratios: readonly number[]): number | null => (ratios.length === 0 ? null : Math.min(...ratios));
  return {
    quick,
    node: process.version,
    cores: cpus().length,
    seconds: Math.round((performance.now() - began) / 1000),
    ingest,
    segments,
    messages,
    paths,
    reservations,
    emails,
    replay,
    memory,
    scenarios,
    experiments,
    targets: {
      lookMs: { atMost: 2_000, measured: slowest(experiments?.lookMs ?? []) },
      lookMemoryMb: { atMost: 50, measured: experiments?.grownMb ?? null },
      broadcastToNodemailer: {
        atLeast: 0.4,
        measured: worst(Object.values(paths).flatMap(({ broadcast }) => broadcast?.ratioToNodemailer ?? [])),
      },
      broadcastCpuMs: { atMost: 8, measured: slowest(Object.values(paths).flatMap(({ broadcast }) => broadcast?.cpuMs ?? [])) },
      cartDuringBroadcastP99Ms: {
        atMost: 2_000,
        measured: slowest(Object.values(paths).flatMap((one) => one.cartDuringBroadcast?.p99 ?? [])),
      },
      dueAtOnceMs: { atMost: 8_000, measured: slowest(Object.values(paths).flatMap((one) => one.dueAtOnce?.most ?? [])) },
      offered40P99Ms: { atMost: 1_000, measured: slowest(Object.values(paths).flatMap((one) => one.openLoop['40']?.p99 ?? [])) },
      historyEventsUnderLoad: {
        atMost: 7,
        measured: slowest(Object.values(paths).flatMap((one) => Object.values(one.openLoop).map(({ historyEvents }) => historyEvents))),
      },
      replaySeconds: { atMost: (60 * plan.replayEvents) / 100_000, measured: slowest(Object.values(replay).map(({ seconds }) => seconds)) },
      shippedScenariosSeconds: { atMost: 2, measured: scenarios === null ? null : scenarios.allShipped.cpu / 1000 },
      sixtyDaysSeconds: { atMost: 1, measured: scenarios === null ? null : scenarios.sixtyDays.cpu / 1000 },
      messagesToNormalActivity: { atLeast: 0.8, measured: worst(Object.values(messages).map((one) => one.ratioToNormalActivity)) },
      reservationTimeToBare: {
        atMost: 1.5,
        measured: reservations === null ? null : Math.max(...Object.values(reservations.byRows).map((one) => one.ledgerToBare)),
      },
      reservationTimeGrowth: { atMost: 1.2, measured: reservations?.growth ?? null },
      ingestWithSegments: { atMost: 1.3, measured: worstGrowth(Object.values(segments)) },
      batchedIngestToBare: { atLeast: 0.4, measured: worst(Object.values(ingest).map(({ batched }) => batched.ratioToBare)) },
    },
  };
}

async function stopAll(stops: (() => Promise<void>)[]): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}

function print({ ingest, segments, messages, paths, reservations, emails, replay, memory, experiments, targets }: BenchResult): void {
  const table = new Table({
    head: ['measured', 'ours', 'against', 'ratio', 'CPU ms each (ours, theirs)'],
    style: { head: [], border: [] },
  });
  const cpu = (ours: number | null, theirs: number | null): string => [ours, theirs].map((ms) => ms?.toFixed(2) ?? '–').join(', ');
  const ingestRow = (kind: string, name: string, one: IngestComparison): void => {
    const { ours, bare } = one.eventsPerSecond;
    table.push([
      `ingest ${name}, ${kind}`,
      `${ours.toFixed(0)} events/s`,
      `bare route ${bare.toFixed(0)}`,
      one.ratioToBare.toFixed(2),
      cpu(one.cpuMs.ours, one.cpuMs.bare),
    ]);
  };
  for (const [kind, { single, batched }] of Object.entries(ingest)) {
    ingestRow(kind, 'one at a time', single);
    ingestRow(kind, 'in batches of 15', batched);
  }
  for (const [kind, one] of Object.entries(segments)) table.push(...describeSegments(kind, one).map((row) => [...row]));
  for (const [kind, { perSecond, cpuMs, ...ratios }] of Object.entries(messages)) {
    const { journey, bareNormal, bareLocal } = perSecond;
    const ours = `${journey.toFixed(1)} messages/s`;
    table.push([
      `messages, ${kind}`,
      ours,
      `normal activity ${bareNormal.toFixed(1)}`,
      ratios.ratioToNormalActivity.toFixed(2),
      cpu(cpuMs.journey, cpuMs.bareNormal),
    ]);
    table.push([
      '',
      ours,
      `local activity ${bareLocal.toFixed(1)}`,
      ratios.ratioToLocalActivity.toFixed(2),
      cpu(cpuMs.journey, cpuMs.bareLocal),
    ]);
  }
  for (const [rows, { perSecond, cpuMs, turnToBare, ledgerToBare }] of Object.entries(reservations?.byRows ?? {}))
    for (const [name, side, ratio] of [
      ['a turn that reserves', 'turn', turnToBare],
      ['its part in the ledger', 'ledger', ledgerToBare],
    ] as const)
      table.push([
        `${name}, ${rows} rows`,
        `${perSecond[side].toFixed(0)}/s`,
        `lock, count, insert ${perSecond.bare.toFixed(0)}/s`,
        `${ratio.toFixed(2)} of its time`,
        cpu(cpuMs[side], cpuMs.bare),
      ]);
  if (emails !== null) {
    const { provider, nodemailer } = emails.perSecond;
    table.push([
      'emails with DKIM',
      `${provider.toFixed(0)}/s`,
      `nodemailer ${nodemailer.toFixed(0)}`,
      emails.ratioToNodemailer.toFixed(2),
      cpu(emails.cpuMs.provider, emails.cpuMs.nodemailer),
    ]);
  }
  for (const [kind, one] of Object.entries(replay))
    table.push([
      `replay of ${one.events} events, ${kind}`,
      `${one.seconds.toFixed(1)} s`,
      `${one.people} people, ${one.messages} messages; thread held ${one.longestHoldMs.toFixed(0)} ms at most`,
      '',
      `${one.cpuSeconds.toFixed(1)} s of CPU`,
    ]);
  if (experiments !== null)
    table.push([
      `a look at ${experiments.exposed} people with ${experiments.orders} orders`,
      `${Math.max(...experiments.lookMs).toFixed(0)} ms at most`,
      `${experiments.settledPerSecond.toFixed(0)} people/s worked out after a change`,
      '',
      `${experiments.grownMb.toFixed(1)} MB more held`,
    ]);
  for (const [name, one] of memory === null
    ? []
    : ([
        ['first', memory.firstStart],
        ['second', memory.secondStart],
      ] as const)) {
    const of = `node ${one.node.toFixed(0)}, Temporal ${one.temporal.toFixed(0)}`;
    table.push([`memory, idle, ${name} start`, `${one.total.toFixed(0)} MB`, of, '', `healthy after ${one.readyAfter.toFixed(1)} s`]);
  }
  process.stdout.write(`${table.toString()}\n`);
  for (const [kind, one] of Object.entries(paths)) process.stdout.write(`whole paths, ${kind}: ${JSON.stringify(one, null, 1)}\n`);
  for (const [name, { atLeast, atMost, measured }] of Object.entries(targets)) {
    const asked = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
    if (measured !== null) process.stdout.write(`${name}: ${measured.toFixed(2)}, asked for ${asked}\n`);
  }
}
