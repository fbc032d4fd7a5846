/** Builds the service into dist/: compiled sources and the workflow bundle. Only what changed is made again. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

execFileSync(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'], { stdio: 'inherit' });

const stamp = join('dist', 'workflow-bundle.hash');
const hash = createHash('sha256');
for (const file of [...filesUnder('workflows'), 'package-lock.json']) hash.update(file).update(readFileSync(file));
const digest = hash.digest('hex');
const bundle = join('dist', 'workflow-bundle.js');
if (!existsSync(bundle) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest) {
  rmSync(bundle, { force: true });
  const { bundleWorkflows } = await import('../dist/src/temporal/bundle.js');
  await bundleWorkflows();
  writeFileSync(stamp, digest);
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
