import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../../src/cli/program.js';
import { RunningInstance, writeRunningFile } from '../../src/instance/running-file.js';

test.each([{ mailboxUrl: null }, { phoneUrl: null }])('the tour makes nobody up where mail or texts reach people: %o', async (real) => {
  const data = await mkdtemp(join(tmpdir(), 'sojourn-tour-'));
  const local = { mailboxUrl: 'http://127.0.0.1:1', phoneUrl: 'http://127.0.0.1:1' };
  const none = { smtpUrl: null, temporalAddress: null, temporalNamespace: null, temporalUiUrl: null };
  await writeRunningFile(
    data,
    RunningInstance.parse({ pid: 1, apiUrl: 'http://127.0.0.1:1', writeKey: 'w', apiKey: 'a', ...none, ...local, ...real }),
  );
  const said: string[] = [];
  const io = { env: {}, out: (text: string) => void said.push(text), err: (text: string) => void said.push(text) };
  try {
    expect(await runCli(['--data', data, 'tour'], io)).toBe(2);
    expect(said.join('\n')).toMatch(/sends to real people .* sojourn tour --own/);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});
