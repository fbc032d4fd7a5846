import { expect, test } from 'vitest';
import { Circuit } from '../../src/temporal/circuit.js';
import { pokeCall } from '../../src/temporal/poke-call.js';
import { TokenBucket } from '../../src/temporal/token-bucket.js';

const now = 1_000_000;
const ensureNow = { kind: 'ensure', delayMs: 0 };
const ensureLater = { kind: 'ensure', delayMs: 5_000 };
const wake = { kind: 'wake' };

test.each([
  ['a new entry that is due', { state: 'open', runStarted: false, hasInputs: false }, now, ensureNow],
  ['a new entry without an instant', { state: 'open', runStarted: false, hasInputs: false }, null, ensureNow],
  ['a new armed entry', { state: 'armed', runStarted: false, hasInputs: false }, now + 5_000, ensureLater],
  ['an entry that waits, with nothing new', { state: 'open', runStarted: true, hasInputs: false }, now + 5_000, ensureLater],
  ['an entry that waits, with an exit', { state: 'open', runStarted: true, hasInputs: true }, now + 5_000, wake],
  ['an entry that may have been started, with an exit', { state: 'open', runStarted: false, hasInputs: true }, now + 5_000, wake],
  ['an entry past due', { state: 'open', runStarted: true, hasInputs: false }, now - 1, wake],
  ['an armed entry past due', { state: 'armed', runStarted: true, hasInputs: false }, now - 1, wake],
  ['an entry that another ended', { state: 'finished', runStarted: true, hasInputs: false }, now + 5_000, wake],
] as const)('%s', (_what, entry, dueReal, call) => {
  expect(pokeCall(entry, { dueReal, now })).toEqual(call);
});

test('gives at most a second’s worth of tokens at once, and so many a second', () => {
  let ms = 0;
  const bucket = new TokenBucket(10, () => ms);
  expect(bucket.available()).toBe(10);
  bucket.take(10);
  expect(bucket.available()).toBe(0);
  ms = 250;
  expect(bucket.available()).toBe(2);
  ms = 60_000;
  expect(bucket.available()).toBe(10);
});

test('rests at once when Temporal is unreachable, longer each time, and at the third late call', () => {
  let ms = 0;
  const circuit = new Circuit(
    () => ms,
    () => 0.5,
  );
  circuit.fail('late');
  circuit.fail('late');
  expect(circuit.isOpen).toBe(false);
  circuit.fail('late');
  expect([circuit.isOpen, circuit.restMs()]).toEqual([true, 250]);
  ms = 250;
  expect(circuit.restMs()).toBe(0);
  const rests = Array.from({ length: 8 }, () => {
    circuit.fail('unreachable');
    return circuit.restMs();
  });
  expect(rests).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000]);
  circuit.succeed();
  expect(circuit.isOpen).toBe(false);
});
