import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { resolveTemporalBinary } from '../../src/temporal/binary.js';
import { startDevServer } from '../../src/temporal/dev-server.js';
import { packageRoot } from '../../src/temporal/package-root.js';
import { Child } from './child.js';
import { type Comparison, interleave, type Round, ratioOf, type Side } from './measure.js';
import type { MessagesSetup, MessagesSide } from './messages-worker.js';
import type { Plan } from './plan.js';
import type { StorePlaces } from './store-place.js';

export interface MessagesResult {
  readonly perSecond: Readonly<Record<MessagesSide, number>>;
  readonly rounds: Comparison<MessagesSide>['rounds'];
  /** CPU milliseconds a message of all processes: Temporal, worker with poke loop and client, store, mail server. */
  readonly cpuMs: Comparison<MessagesSide>['cpuMs'];
  readonly ratioToNormalActivity: number;
  readonly ratioToLocalActivity: number;
  /** Of one message's run. */
  readonly historyEvents: number;
  /** SQL statements a message, those of the poke loop and of transactions (begin, commit) among them. */
  readonly statements: number;
}

export interface BenchTemporal {
  readonly address: string;
  readonly namespace: string;
  /** File with the bundle of our workflow and the bare ones. */
  readonly bundle: string;
  stop(): Promise<void>;
}

/** The Temporal dev server as `npm start` runs it, in a throw-away folder, and the workflows for the workers. */
export async function startTemporalForBench(say: (line: string) => void): Promise<BenchTemporal> {
  const binary = await resolveTemporalBinary({ onProgress: say });
  const dataDir = await mkdtemp(join(tmpdir(), 'sojourn-bench-temporal-'));
  const bundle = join(dataDir, 'workflows.js');
  // From the sources, whether this runs from them or from the build.
  const workflowsPath = join(packageRoot(), 'test', 'bench', 'workflows.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet });
  await writeFile(bundle, code);
  const server = await startDevServer({ binary, dataDir, namespace: 'default', uiPort: null });
  return {
    address: server.address,
    namespace: server.namespace,
    bundle,
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const nothing = (): void => {};
const quiet = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/**
 * Entries that are due now, through poke loop, Temporal, worker, turn, gate and SMTP, against bare workflows on the same server and worker.
 */
export async function benchMessages(
  places: StorePlaces,
  { address, namespace, bundle }: BenchTemporal,
  smtpUrl: string,
  plan: Plan,
  say: (line: string) => void,
): Promise<MessagesResult> {
  const worker = new Child('messages-worker.js');
  try {
    const setup: MessagesSetup = { store: await places.make(), temporal: { address, namespace }, bundle, smtpUrl };
    await worker.call('start', setup);
    let statements = Number.NaN;
    const journey: Side = {
      prepare: (seconds) => worker.call('seed', Math.ceil(mostPerSecond * seconds) + 60),
      run: async (seconds) => {
        const round = await worker.call<Round & { statements: number }>('run', { side: 'journey', seconds });
        statements = round.statements;
        return round;
      },
    };
    const bare = (side: MessagesSide): Side => ({ run: (seconds) => worker.call<Round>('run', { side, seconds }) });
    const comparison = await interleave<MessagesSide>(
      { journey, bareNormal: bare('bareNormal'), bareLocal: bare('bareLocal') },
      plan.messages,
      (name, { rate }) => say(`messages, ${name}: ${rate.toFixed(1)}/s`),
    );
    const history = await worker.call<readonly string[]>('history');
    return {
      perSecond: comparison.rates,
      rounds: comparison.rounds,
      cpuMs: comparison.cpuMs,
      ratioToNormalActivity: ratioOf(comparison, 'journey', 'bareNormal'),
      ratioToLocalActivity: ratioOf(comparison, 'journey', 'bareLocal'),
      historyEvents: history.length,
      statements,
    };
  } finally {
    await worker.stop();
  }
}

/** Entries are made before they are measured; no machine that this is likely to run on sends more. */
const mostPerSecond = 120;
