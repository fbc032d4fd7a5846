#!/usr/bin/env node
import { startInstance } from './instance/compose.js';
import { runUntilStopped } from './instance/run.js';
import { createLog } from './log.js';
import { loadConfig } from './settings/config.js';

/** `node dist/src/main.js [--role api|relay|worker]`: one process of a deployment. Says nothing on stdout; logs are JSON lines on stderr. */
const role = process.argv.indexOf('--role');
if (role !== -1) process.env['SOJOURN_ROLE'] = process.argv[role + 1] ?? '';
await runUntilStopped(async () => {
  const config = loadConfig();
  const log = createLog(config.SOJOURN_LOG_LEVEL);
  return startInstance(config, log, (line) => log.info({}, line));
});
