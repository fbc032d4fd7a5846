import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workflowBundle } from '../../src/temporal/bundle.js';
import { installRuntime } from '../../src/temporal/runtime.js';
import { opset } from '../../workflows/contract.js';
import { historyShapes } from '../support/history-shapes.js';
import { silentLog } from '../support/log.js';
import { type RecordedHistory, recordedHistories } from '../support/recorded-histories.js';

const histories = await recordedHistories();
const workflows = join(import.meta.dirname, '..', '..', 'workflows');

beforeAll(() => installRuntime({ log: silentLog }));

/** What the SDK itself brings into the sandbox. */
const sdkDependencies: readonly string[] = ['long', 'ms', 'nexus-rpc'];

describe('today’s workflows', () => {
  let bundle: WorkflowBundleOption;
  beforeAll(async () => {
    bundle = await workflowBundle();
  });

  test.each(histories)('go through $name as it was recorded', async (history) => {
    expect(await replay(bundle, history)).toBeNull();
  });

  test('are made of their own files and the SDK alone, and stay small', () => {
    const code = 'code' in bundle ? bundle.code : '';
    const sources = [...code.matchAll(/^\/\*{3}\/ "(\.\/[^"]+)"/gm)].map((match) => match[1]!);
    const own = sources.filter((path) => !path.includes('node_modules')).sort();
    const packages = new Set(sources.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));

    expect(own).toEqual([
      './workflows/activity-proxies.ts',
      './workflows/broadcast-batch.ts',
      './workflows/contract.ts',
      './workflows/index.ts',
      './workflows/journey-entry.ts',
    ]);
    expect([...packages].filter((name) => !name.startsWith('@temporalio/')).sort()).toEqual(sdkDependencies);
    expect(code.indexOf('sourceMappingURL=data:')).toBeLessThan(700_000);
  });

  test('have a recorded history of each of their shapes', () => {
    const ofThisEra = histories.map(({ name }) => name).filter((name) => name.startsWith(`opset-${opset}/`));
    expect(ofThisEra.sort()).toEqual(historyShapes.map(({ name }) => `opset-${opset}/${name}`).sort());
  });
});

/** Changes that anyone might make; each must be caught by some recorded history. */
const carelessChanges: readonly { what: string; from: string; to: string; caughtBy: string }[] = [
  {
    what: 'a pause before the first turn',
    from: 'for (;;) {',
    to: 'for (;;) {\n    await condition(() => poked, 1);',
    caughtBy: 'inline-one-message',
  },
  {
    what: 'a normal activity instead of a local one',
    from: 'return await inlineTurn.executeWithOptions',
    to: 'return await patientTurn.executeWithOptions',
    caughtBy: 'inline-one-message',
  },
  {
    what: 'no timer for a wait',
    from: 'if (wait.wakeAtReal === null)',
    to: 'if (wait.wakeAtReal !== null)',
    caughtBy: 'three-messages-two-waits',
  },
  {
    what: 'no fall-back for a failing turn',
    from: 'if (isCancellation(error)) throw error;',
    to: 'throw error;',
    caughtBy: 'local-activity-failure-fallback',
  },
  { what: 'continuing as new never', from: 'info.historyLength >= maxHistoryLength', to: 'false', caughtBy: 'continue-as-new' },
];

describe('a workflow with', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sojourn-replay-'));
    await symlink(join(workflows, '..', 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(carelessChanges)('$what does not pass', async ({ what, from, to, caughtBy }) => {
    const changed = join(folder, what.replaceAll(' ', '-'));
    await cp(workflows, changed, { recursive: true });
    const file = join(changed, 'journey-entry.ts');
    const source = await readFile(file, 'utf8');
    expect(source.split(from), 'The change no longer applies: say it in the words of the present code.').toHaveLength(2);
    await writeFile(file, source.replace(from, to));
    const bundle = await bundleWorkflowCode({ workflowsPath: join(changed, 'index.ts'), logger: silent });

    const history = histories.find(({ name }) => name === `opset-${opset}/${caughtBy}`);
    expect(await replay(bundle, history!)).toBe('DeterminismViolationError');
  });
});

const nothing = (): void => {};
const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The name of the error; null when the history replays. */
async function replay(workflowBundle: WorkflowBundleOption, history: RecordedHistory): Promise<string | null> {
  try {
    await Worker.runReplayHistory({ workflowBundle }, history.json);
    return null;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
