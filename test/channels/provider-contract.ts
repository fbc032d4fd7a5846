import { describe, expect, test } from 'vitest';
import type { AttemptOutcome } from '../../src/domain/messages/message.js';
import type { Outgoing, Provider } from '../../src/domain/messages/outgoing.js';

/** What came of an attempt, without the words that were said. */
export function bare({ said: _said, ...outcome }: AttemptOutcome): unknown {
  return outcome;
}

/** What a local server of the contract lets a test do. */
export interface ContractServer<M extends Outgoing> {
  readonly provider: Provider<M>;
  readonly message: (id: string) => M;
  /** How many times the message with this id arrived. */
  readonly arrivals: (id: string) => Promise<number>;
  /** The local server's `/chaos`. */
  readonly misbehave: (chaos: Readonly<Record<string, number>>) => Promise<void>;
}

/** What the core asks of every provider, whatever it speaks. `open` gives a fresh server and provider; they are closed after each test. */
export function providerContract<M extends Outgoing>(name: string, open: () => Promise<ContractServer<M>>): void {
  describe(`${name} keeps the contract of a provider`, () => {
    test('accepts a message once, with an id', async () => {
      const { provider, message, arrivals } = await open();
      const outcome = await provider.submit(message('m1'), { deadlineMs: 5000 });

      expect(bare(outcome)).toEqual({ kind: 'accepted', providerId: expect.stringMatching(/\S/) });
      expect(await arrivals('m1')).toBe(1);
    });

    test('says "not sent, try again" when the server asks for it', async () => {
      const { provider, message, arrivals, misbehave } = await open();
      await misbehave({ rejectShare: 1 });
      const outcome = await provider.submit(message('m1'), { deadlineMs: 5000 });

      expect(outcome).toMatchObject({ kind: 'not-sent', retry: true });
      expect(await arrivals('m1')).toBe(0);
      await misbehave({});
      expect(await provider.submit(message('m1'), { deadlineMs: 5000 })).toMatchObject({ kind: 'accepted' });
    });

    test('says "unknown" when the connection is cut after the server took the message', async () => {
      const { provider, message, arrivals, misbehave } = await open();
      await misbehave({ cutAfterAcceptShare: 1 });
      const outcome = await provider.submit(message('m1'), { deadlineMs: 5000 });

      expect(bare(outcome)).toEqual({ kind: 'unknown', code: expect.stringMatching(/\S/) });
      expect(await arrivals('m1')).toBe(1);
    });

    test('says "unknown" when the connection is cut after the body left, though nothing arrived', async () => {
      const { provider, message, arrivals, misbehave } = await open();
      await misbehave({ cutBeforeAcceptShare: 1 });
      const outcome = await provider.submit(message('m1'), { deadlineMs: 5000 });

      expect(outcome).toMatchObject({ kind: 'unknown' });
      expect(await arrivals('m1')).toBe(0);
    });

    test('ends at the deadline with "unknown", and goes on with the next message', async () => {
      const { provider, message, misbehave } = await open();
      await misbehave({ delayMs: 3000 });
      const startedAt = performance.now();
      const outcome = await provider.submit(message('m1'), { deadlineMs: 400 });

      expect(bare(outcome)).toEqual({ kind: 'unknown', code: 'deadline' });
      expect(performance.now() - startedAt).toBeLessThan(1500);
      await misbehave({});
      expect(await provider.submit(message('m2'), { deadlineMs: 5000 })).toMatchObject({ kind: 'accepted' });
    });

    test('ends when the caller aborts', async () => {
      const { provider, message, misbehave } = await open();
      await misbehave({ delayMs: 3000 });
      const outcome = await provider.submit(message('m1'), { deadlineMs: 5000, signal: AbortSignal.timeout(300) });

      expect(bare(outcome)).toEqual({ kind: 'unknown', code: 'aborted' });
    });

    test('sends nothing for a caller that has aborted already', async () => {
      const { provider, message, arrivals } = await open();
      expect(await provider.submit(message('m1'), { deadlineMs: 5000, signal: AbortSignal.abort() })).toMatchObject({
        kind: 'not-sent',
        retry: true,
      });
      expect(await arrivals('m1')).toBe(0);
    });

    test('loses and doubles nothing when many go at once through a storm', async () => {
      const { provider, message, arrivals, misbehave } = await open();
      await misbehave({ rejectShare: 0.3 });
      const ids = Array.from({ length: 60 }, (_, index) => `m${index}`);
      const outcomes = await Promise.all(ids.map((id) => provider.submit(message(id), { deadlineMs: 15_000 })));

      expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted', 'not-sent']));
      for (const [index, id] of ids.entries()) expect(await arrivals(id)).toBe(outcomes[index]?.kind === 'accepted' ? 1 : 0);
    });
  });
}
