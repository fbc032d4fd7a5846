import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RunningInstance, readRunningFile, removeRunningFile, writeRunningFile } from '../../src/instance/running-file.js';

let folder: string;
const servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sojourn-running-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await rm(folder, { recursive: true, force: true });
});

const instance = (pid: number, apiUrl: string) =>
  RunningInstance.parse({
    pid,
    apiUrl,
    writeKey: null,
    apiKey: null,
    mailboxUrl: null,
    smtpUrl: null,
    phoneUrl: null,
    temporalAddress: null,
    temporalNamespace: null,
    temporalUiUrl: null,
  });
/** An API that answers, or takes the question and is silent. */
async function api(answers = true): Promise<string> {
  const server = createServer((_request, response) => void (answers && response.end('{}')));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

test.each([true, false])(
  'the second process leaves the file of the first as it is, also when that is too busy to answer (%s)',
  async (answers) => {
    const first = instance(1, await api(answers));
    expect(await writeRunningFile(folder, first)).toBeNull();
    const second = instance(2, 'http://127.0.0.1:2');
    expect(await writeRunningFile(folder, second)).toBe(1);
    await removeRunningFile(folder, second);
    expect(await readRunningFile(folder)).toEqual(first);
  },
);

test('what a crash left over is overwritten, also with the process id of ours and at our port', async () => {
  await writeRunningFile(folder, instance(7, 'http://127.0.0.1:1'));
  const own = instance(7, await api());
  expect(await writeRunningFile(folder, own)).toBeNull();
  const again = instance(9, own.apiUrl);
  expect(await writeRunningFile(folder, again)).toBeNull();
  await removeRunningFile(folder, own);
  expect(await readRunningFile(folder)).toEqual(again);
  await removeRunningFile(folder, again);
  expect(await readRunningFile(folder)).toBeNull();
});
