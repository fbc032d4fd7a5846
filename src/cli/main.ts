#!/usr/bin/env node
import { loadEnvFile } from '../settings/env-file.js';
import { runCli } from './program.js';

loadEnvFile();
process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
});
