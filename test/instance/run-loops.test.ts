import { expect, test } from 'vitest';
import type { Log } from '../../src/app/deps.js';
import { type Loop, runLoops } from '../../src/instance/run-loops.js';
import { silentLog } from '../support/log.js';

const second = 1_000;
const loop = (work: Loop['work'], everyMs = 1): Loop => ({ name: 'one', everyMs, work, failure: 'It could not be looked at.' });

test('a round follows the other, never two at once, and what works is told', async () => {
  let underWay = 0;
  let most = 0;
  let worked = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 3));
    underWay -= 1;
  };
  const stop = runLoops([loop(work)], { log: silentLog, onSuccess: (name) => void (worked += name === 'one' ? 1 : 0) });
  await expect.poll(() => worked).toBeGreaterThan(2);
  await stop();
  expect(most).toBe(1);
});

test('a stop ends the pause at once, waits for the round under way, and no other begins', async () => {
  let begun = 0;
  let ended = 0;
  const work = async (): Promise<void> => {
    begun += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
    ended += 1;
  };
  const stop = runLoops([loop(work, 60 * second)], { log: silentLog });
  const before = performance.now();
  await stop();
  expect(performance.now() - before).toBeLessThan(10 * second);
  expect([begun, ended]).toEqual([1, 1]);
});

test('what fails is said once, goes on, and is said again when it works; another loop does not notice', async () => {
  const said: string[] = [];
  const log = {
    ...silentLog,
    error: (_fields: object, text: string) => void said.push(text),
    info: (_fields: object, text: string) => void said.push(text),
  } as Log;
  let rounds = 0;
  let others = 0;
  const failing = async (): Promise<void> => {
    rounds += 1;
    if (rounds < 4) throw new Error('away');
  };
  const stop = runLoops([loop(failing), { ...loop(async () => void (others += 1)), name: 'other' }], { log });
  await expect.poll(() => rounds > 4 && others > 4).toBe(true);
  await stop();
  expect(said).toEqual(['It could not be looked at.', 'A background loop works again.']);
});
