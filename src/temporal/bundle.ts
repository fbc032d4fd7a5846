import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { packageRoot } from './package-root.js';

/** Where `npm run build` leaves the bundle. */
const builtBundle = join(packageRoot(), 'dist', 'workflow-bundle.js');

/**
 * Bundles the workflows of the sources into one file with its source map inline, which the worker insists on.
 * @public Called by tools/build.mjs on the compiled code.
 */
export async function bundleWorkflows(outFile: string = builtBundle): Promise<void> {
  const { code } = await bundleFromSources();
  await mkdir(dirname(outFile), { recursive: true });
  await writeFile(outFile, code);
}

let fromSources: Promise<WorkflowBundleOption> | undefined;

/**
 * The bundle for workers of this process, made or found once: the built one when this code itself is the built one, else from the sources.
 */
export function workflowBundle(): Promise<WorkflowBundleOption> {
  if (import.meta.url.endsWith('.js') && existsSync(builtBundle)) return Promise.resolve({ codePath: builtBundle });
  fromSources ??= bundleFromSources();
  return fromSources;
}

function bundleFromSources() {
  return bundleWorkflowCode({ workflowsPath: join(packageRoot(), 'workflows', 'index.ts'), logger: silent });
}

const nothing = (): void => {};
/** A bundle that fails throws with webpack's own words; the rest is of no use here. */
const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
