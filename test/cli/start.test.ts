import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { packageFolder } from '../../examples/instance.js';
import { humanLine } from '../../src/log.js';

const program = join(packageFolder(), 'bin', 'sojourn.mjs');

test('the command is a file that can be run, and is in the repository', async () => {
  expect((await stat(program)).mode & 0o111).toBe(0o111);
  expect(spawnSync('git', ['check-ignore', '-q', program], { cwd: packageFolder() }).status).toBe(1);
});

test('where nothing is built and nothing is installed it says what to do', async () => {
  const clone = await mkdtemp(join(tmpdir(), 'sojourn-clone-'));
  try {
    await cp(join(packageFolder(), 'bin'), join(clone, 'bin'), { recursive: true });
    const { status, stderr } = spawnSync(process.execPath, [join(clone, 'bin', 'sojourn.mjs'), '--help'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('run npm ci') });
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
});

// In a fresh clone nothing is built: the first call builds, and says so.
beforeAll(async () => {
  await promisify(execFile)(process.execPath, [program, '--help']);
});

/** Processor time of the whole command, which a busy machine does not make longer; in milliseconds, the least of three. */
test('help takes less than 300 ms', async () => {
  const code = `process.argv = [process.argv[0], 'sojourn', '--help'];
    await import(${JSON.stringify(program)});
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write(String((userCPUTime + systemCPUTime) / 1000));`;
  const took: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
    expect(stdout).toContain('Usage: sojourn');
    took.push(Number(stderr));
  }
  expect(Math.min(...took)).toBeLessThan(300);
});

test('a line of the log is JSON where no terminal reads it', async () => {
  const log = JSON.stringify(join(packageFolder(), 'dist', 'src', 'log.js'));
  const code = `const { createLog } = await import(${log}); createLog('info').warn({ channel: 'email' }, 'Away.');`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
  expect(JSON.parse(stderr)).toMatchObject({ level: 40, channel: 'email', msg: 'Away.' });
});

test('a line of the log is a sentence on a terminal', () => {
  const line = JSON.stringify({
    level: 40,
    time: '2026-12-01T12:04:07.123Z',
    channel: 'email',
    reply: null,
    msg: 'A provider cannot be reached.',
  });
  expect(humanLine(line)).toBe('12:04:07 warning  A provider cannot be reached. (channel email, reply null)\n');
});
