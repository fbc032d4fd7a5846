import pc from 'picocolors';
import { startInstance } from './instance/compose.js';
import { runUntilStopped } from './instance/run.js';
import { createLog } from './log.js';
import { loadConfig } from './settings/config.js';

/** `npm start`: everything in one process, told to a person. */
await runUntilStopped(
  async () => {
    const config = loadConfig();
    const log = createLog(process.env['SOJOURN_LOG_LEVEL'] === undefined ? 'warn' : config.SOJOURN_LOG_LEVEL);
    return startInstance(config, log, (line) => process.stdout.write(`${pc.dim('·')} ${line}\n`));
  },
  ({ running }) => {
    const lines: readonly (readonly [string, string | null])[] = [
      ['Events', `${running.publicUrl}  (and pages and webhooks: what the world may reach)`],
      ['API', `${running.apiUrl}  (contract: ${running.apiUrl}/openapi.json)`],
      ['Write key', running.writeKey],
      ['Browser key', running.browserKey],
      ['Mailbox', running.mailboxUrl],
      ['Phone', running.phoneUrl],
      ['Temporal UI', running.temporalUiUrl],
    ];
    process.stdout.write(`\n${pc.green('Sojourn is running.')} Ctrl-C stops it.\n`);
    for (const [name, value] of lines) if (value !== null) process.stdout.write(`  ${pc.bold(name.padEnd(12))} ${value}\n`);
    process.stdout.write(
      `\nNext: point an event client at the first address with the write key, or look around with \`npx sojourn --help\`.\n`,
    );
  },
);
