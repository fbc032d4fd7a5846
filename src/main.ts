#!/usr/bin/env node
import { startInstance } from './instance/compose.js';
import { startLocalInstance } from './instance/local-instance.js';
import { publishOnce } from './instance/publish-once.js';
import { runUntilStopped } from './instance/run.js';
import { createLog } from './log.js';
import { loadConfig, loneRoleOf } from './settings/config.js';

/**
 * `node dist/src/main.js [--role api|relay|worker|local|publish]`: one process of a deployment. Says nothing on stdout; logs are JSON lines
 * on stderr.
 * `publish` ends by itself.
 */
const role = process.argv.indexOf('--role');
if (role !== -1) process.env['SOJOURN_ROLE'] = process.argv[role + 1] ?? '';
await runUntilStopped(async () => {
  const config = loadConfig();
  const log = createLog(config.SOJOURN_LOG_LEVEL);
  const say = (line: string) => log.info({}, line);
  switch (loneRoleOf(config)) {
    case 'local':
      return startLocalInstance(config, log);
    case 'publish':
      await publishOnce(config, log, say);
      return null;
    case null:
      return startInstance(config, log, say);
  }
});
