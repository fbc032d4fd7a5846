#!/usr/bin/env node
/** The command `sojourn`. In a fresh clone nothing is built yet: it is built once, or it is said what is missing. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const program = here('dist/src/cli/main.js');

if (!existsSync(program)) {
  if (!existsSync(here('node_modules/typescript')) || !existsSync(here('tools/build.mjs'))) {
    process.stderr.write('Sojourn is not built, and what builds it is not installed: run npm ci in its folder, then this again.\n');
    process.exit(1);
  }
  process.stderr.write('Building Sojourn, once: a few seconds.\n');
  try {
    execFileSync(process.execPath, [here('tools/build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    process.stderr.write('The build failed; npm run build says more.\n');
    process.exit(1);
  }
}
await import(program);
