import { afterEach, expect, test, vi } from 'vitest';
import { ChannelSlots } from '../../src/app/messages/channel-slots.js';

afterEach(() => vi.useRealTimers());

const never = (): Promise<never> => new Promise(() => {});

test('while the provider answers quickly, all that may be under way inline may; while it is slow, only so many', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const slots = new ChannelSlots({ size: 20, inlineLimit: 10, whileSlow: 5 });
  for (let n = 0; n < 6; n += 1) void slots.use('inline', never);
  await Promise.resolve();
  expect(slots.inlineIsFull).toBe(false);

  vi.advanceTimersByTime(2_000);
  expect(slots.inlineIsFull).toBe(true);
});

test('it is quick again when the call that took long has ended', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const slots = new ChannelSlots({ size: 20, inlineLimit: 10, whileSlow: 2 });
  let answer = (_value: string): void => {};
  const slow = slots.use('inline', () => new Promise<string>((resolve) => (answer = resolve)));
  await Promise.resolve();
  vi.advanceTimersByTime(1_999);
  for (let n = 0; n < 2; n += 1) void slots.use('inline', never);
  vi.advanceTimersByTime(1);
  await Promise.resolve();
  expect(slots.inlineIsFull).toBe(true);

  answer('accepted');
  await slow;
  expect(slots.inlineIsFull).toBe(false);
});

test('who waits inline for longer than a while goes over the queue, and the next ones do not wait until a slot is free', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  const slots = new ChannelSlots({ size: 1, inlineLimit: 10 });
  void slots.use('inline', never);
  const second = slots.use('inline', async () => 'sent');
  expect(slots.inlineIsFull).toBe(false);

  await vi.advanceTimersByTimeAsync(2_999);
  expect(slots.inlineIsFull).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await second).toBe(null);
  expect(slots.inlineIsFull).toBe(true);
});
