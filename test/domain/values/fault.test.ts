import { expect, test } from 'vitest';
import { createActivities } from '../../../activities/index.js';
import { summarizeFault } from '../../../src/domain/values/fault.js';

test('tells a fault by class, code and place, and keeps its message to itself', () => {
  const fault = summarizeFault(Object.assign(new RangeError('no row for ada@example.org'), { code: '23505', detail: 'ada@example.org' }));

  expect(fault).toEqual({ type: 'RangeError', code: '23505', where: [expect.stringMatching(/^anonymous \(fault\.test\.ts:\d+\)$/)] });
});

test.each([
  [{ name: 'Ada Lovelace', stack: '' }, 'Error'],
  [{ name: 'DatabaseError', stack: '', code: 'ada@example.org' }, 'DatabaseError'],
])('does not take odd names and codes for such: %o', (properties, type) => {
  expect(summarizeFault(Object.assign(new Error('x'), properties))).toEqual({ type, code: null, where: [] });
});

test('throws a failure that has no stack and no cause, for Temporal to try again', async () => {
  const activities = createActivities({
    takeTurn: () => Promise.reject(new TypeError('ada@example.org')),
    takeBatchTurn: () => Promise.reject(new Error('There is no broadcast here.')),
    onFault: () => {},
  });

  const failure = await activities.turn({ v: 1, entryId: 'e1', opset: 1 }).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    nonRetryable: false,
    stack: '',
    cause: undefined,
    message: expect.stringMatching(/^The turn of entry e1 failed: TypeError/) as string,
  });
});

test('leaves a turn of a newer workflow to a newer worker', async () => {
  const activities = createActivities({
    takeTurn: () => Promise.resolve({ kind: 'finished', outcome: 'completed' }),
    takeBatchTurn: () => Promise.reject(new Error('There is no broadcast here.')),
    onFault: () => {},
  });

  await expect(activities.turn({ v: 1, entryId: 'e1', opset: 99 })).rejects.toThrow('asks for opset 99; this worker knows 1');
});
