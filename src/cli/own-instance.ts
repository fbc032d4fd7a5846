import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type RunningInstance, readRunningFile } from '../instance/running-file.js';
import { type SettingName, settingNames } from '../settings/config.js';
import { CliFailure } from './failure.js';

/** An instance of a command's own, on a data folder to throw away. */
export interface OwnInstance {
  readonly dataFolder: string;
  readonly running: RunningInstance;
  stop(): Promise<void>;
}

/** Real milliseconds. A first start may build the Temporal server. */
const patienceMs = 900_000;
const taken: readonly SettingName[] = ['SOJOURN_PROJECT', 'TEMPORAL_CLI_PATH'];

/**
 * Starts one with everything embedded on free ports, its clock at `rate`. Of the environment and `.env` it takes the project alone: it must
 * reach neither the shop's database nor its customers. Throws a sentence when it does not start.
 */
export async function startOwnInstance(env: Readonly<Record<string, string | undefined>>, rate: number): Promise<OwnInstance> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-tour-'));
  // An empty setting is an absent one, and one that `.env` does not fill.
  const empty = Object.fromEntries(settingNames.map((name) => [name, '']));
  const kept = Object.fromEntries(taken.map((name) => [name, env[name] ?? '']));
  const ports = ['PORT', 'ADMIN_PORT', 'MAILBOX_PORT', 'SMTP_PORT', 'PHONE_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'];
  const free = Object.fromEntries(ports.map((name) => [`SOJOURN_${name}`, '0']));
  const own = { SOJOURN_DATA: dataFolder, SOJOURN_CLOCK_RATE: String(rate), SOJOURN_LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, [fileURLToPath(new URL('../main.js', import.meta.url))], {
    env: { ...env, ...empty, ...kept, ...free, ...own },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let last = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    last = text.trim().split('\n').at(-1) ?? last;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const interrupted = (): void => void stop().then(() => process.exit(130));
  process.once('SIGINT', interrupted);
  void ended.then(() => process.removeListener('SIGINT', interrupted));
  for (const until = performance.now() + patienceMs; performance.now() < until; await sleep(100)) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const running = await readRunningFile(dataFolder);
    if (running !== null) return { dataFolder, running, stop };
  }
  await stop();
  throw new CliFailure(`An instance for the tour did not start. It said last: ${last}`);
}
