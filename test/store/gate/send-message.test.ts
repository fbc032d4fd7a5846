import { beforeEach, expect, test } from 'vitest';
import { pauseJourney, resumeJourney } from '../../../src/app/journeys/control-journeys.js';
import { type MessageRequest, sendMessage } from '../../../src/app/messages/send-message.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { hour, minute } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publishHead } from '../../support/templates.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('a message of the shop’s own', (store) => {
  beforeEach(() => resetTables(store()));

  /** Ada, known, without any consent. */
  async function ada(): Promise<TurnDeps> {
    const deps = turnDeps(store());
    await publishHead(store(), { id: 'order-confirmation' });
    await publishHead(store(), { id: 'check-in', class: 'service', topic: 'service' });
    await publishHead(store(), { id: 'parcel-text', channel: 'sms', class: 'service', topic: 'orders' });
    await publishHead(store(), { id: 'sale', class: 'marketing', topic: 'sales' });
    await take(deps, identify({ email: 'ada@example.test', phone: '+447700900123', country: 'GB' }));
    return deps;
  }
  const request = (more: Partial<MessageRequest> = {}): MessageRequest => ({
    to: { userId: 'ada' },
    template: 'order-confirmation',
    data: { order: 'A-7' },
    topic: null,
    priority: null,
    deadline: null,
    ...more,
  });
  const entries = () => store().db.selectFrom('entries').selectAll().orderBy('id').execute();
  const messages = () => store().db.selectFrom('messages').selectAll().execute();
  const turn = async (deps: TurnDeps) => takeTurn(deps, { v: 1, entryId: (await entries()).at(-1)?.id ?? '', opset }, 'inline');

  test('is decided in the request and left to its workflow, which is asked for at once', async () => {
    const deps = await ada();

    expect(await sendMessage(deps, request(), 'key-1')).toMatchObject({
      kind: 'asked',
      message: { origin: 'api', class: 'transactional', topic: 'orders', priority: 100, state: 'reserved', step: 'message' },
      verdict: { decision: 'send', reason: null, until: null },
    });
    expect(deps.providers.email.submitted).toHaveLength(0);
    expect(await entries()).toMatchObject([
      { journey_id: 'message.order-confirmation', version: 1, state: 'open', run_started: false, poke_real: expect.any(Number) },
    ]);

    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
    expect(deps.providers.email.submitted).toHaveLength(1);
    expect(await messages()).toMatchObject([{ state: 'accepted', deadline_at: noon + 24 * hour }]);
  });

  test('is sent once, with one answer, however often and at the same time it is asked for', async () => {
    const deps = await ada();

    const same = request({ deadline: { kind: 'within', ms: hour } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => sendMessage(deps, same, 'key-1')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await entries()).toHaveLength(1);
    await turn(deps);
    // The answer is that of the first time, whatever has become of the message since, and however long ago.
    deps.clock.pass(2 * hour);
    expect(await sendMessage(deps, same, 'key-1')).toEqual(answers[0]);
    expect(deps.providers.email.submitted).toHaveLength(1);

    expect(await sendMessage(deps, request({ data: { order: 'A-8' } }), 'key-1')).toEqual({ kind: 'other-request' });
    expect(await sendMessage(deps, request({ data: { order: 'A-8' } }), 'key-2')).toMatchObject({ kind: 'asked' });
    expect(await entries()).toHaveLength(2);
  });

  test('is told as it stands to a request that comes again after its deadline, where the first was not answered', async () => {
    const deps = await ada();
    const until = request({ deadline: { kind: 'at', at: noon + hour } });
    await sendMessage(deps, until, 'key-1');
    await store().db.updateTable('idempotency_keys').set({ answer: null }).execute();
    deps.clock.pass(2 * hour);
    expect(await sendMessage(deps, until, 'key-1')).toMatchObject({ kind: 'asked', message: { deadlineAt: noon + hour } });
    expect(await entries()).toHaveLength(1);
  });

  test('shares one version with all like it, and has another for another priority', async () => {
    const deps = await ada();
    await sendMessage(deps, request(), 'key-1');
    await sendMessage(deps, request(), 'key-2');
    await sendMessage(deps, request({ priority: 60 }), 'key-3');

    expect((await entries()).map(({ version }) => version)).toEqual([1, 1, 2]);
    expect((await messages()).map(({ priority }) => priority).toSorted((a, b) => a - b)).toEqual([60, 100, 100]);
  });

  test('is refused without consent where its class needs it, and nothing runs for it', async () => {
    const deps = await ada();

    expect(await sendMessage(deps, request({ template: 'check-in' }), 'key-1')).toMatchObject({
      message: { state: 'skipped', reason: 'no-consent' },
      verdict: { decision: 'skip', reason: 'no-consent', sentence: expect.stringContaining('no consent to service') },
    });
    expect(await entries()).toMatchObject([{ state: 'finished', outcome: 'completed', poke_real: null }]);
  });

  test('waits for the morning, tells when, and is not lost when the request is the last that this process did', async () => {
    const deps = await ada();
    await take(deps, track('Consent Granted', { channel: 'sms', topic: 'orders', method: 'form', source: 'test' }));
    const night = Date.UTC(2026, 10, 24, 23);
    deps.clock.set(night);

    const asked = await sendMessage(deps, request({ template: 'parcel-text' }), 'key-1');
    expect(asked).toMatchObject({ message: { state: 'reserved' }, verdict: { decision: 'defer', reason: 'quiet-hours' } });
    const until = asked.kind === 'asked' ? (asked.verdict.until ?? 0) : 0;
    expect(until).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 25, 8));
    expect(await entries()).toMatchObject([{ activity: 'waiting', due_at: until, run_started: false }]);

    deps.clock.set(until);
    await turn(deps);
    expect(deps.providers.sms.submitted).toHaveLength(1);
  });

  test('keeps to the deadline of the call', async () => {
    const deps = await ada();
    await take(deps, track('Consent Granted', { channel: 'sms', topic: 'orders', method: 'form', source: 'test' }));
    const night = Date.UTC(2026, 10, 24, 23);
    deps.clock.set(night);

    expect(await sendMessage(deps, request({ template: 'parcel-text', deadline: { kind: 'within', ms: hour } }), 'key-1')).toMatchObject({
      message: { state: 'skipped', deadlineAt: night + hour },
      verdict: { decision: 'skip', reason: 'quiet-hours' },
    });
    expect(await sendMessage(deps, request({ deadline: { kind: 'at', at: night } }), 'key-2')).toMatchObject({
      kind: 'refused',
      code: 'deadline-passed',
    });
  });

  test('is held by a pause of its journey, told as such, and goes on after it', async () => {
    const deps = await ada();
    await sendMessage(deps, request(), 'key-1');
    await turn(deps);
    await pauseJourney(deps, 'message.order-confirmation');

    expect(await sendMessage(deps, request(), 'key-2')).toMatchObject({ verdict: { decision: 'defer', reason: 'paused', until: null } });
    deps.clock.pass(6 * hour);
    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: null });
    await resumeJourney(deps, 'message.order-confirmation');
    deps.clock.pass(minute);
    await turn(deps);
    expect(deps.providers.email.submitted).toHaveLength(2);
  });

  test('refuses what promotes, another topic, and data that its template needs', async () => {
    const deps = await ada();
    await publishHead(store(), { id: 'invoice', requires: ['data.invoice.url', 'cart.lines'] });

    expect(await sendMessage(deps, request({ template: 'sale' }), 'k1')).toMatchObject({ kind: 'refused', code: 'class-not-allowed' });
    expect(await sendMessage(deps, request({ topic: 'sales' }), 'k2')).toMatchObject({ kind: 'refused', code: 'topic-not-allowed' });
    expect(await sendMessage(deps, request({ template: 'invoice', data: { invoice: {} } }), 'k3')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('needs data.invoice.url'),
    });
    expect(await sendMessage(deps, request({ template: 'none' }), 'k4')).toEqual({ kind: 'unknown-template' });
    expect(await sendMessage(deps, request({ to: { userId: 'nobody' } }), 'k5')).toEqual({ kind: 'unknown-profile' });
    expect(await entries()).toHaveLength(0);
    // What was refused has not used up its key.
    expect(await sendMessage(deps, request(), 'k1')).toMatchObject({ kind: 'asked' });
  });

  test('never leaves as what its template has become: marketing without consent', async () => {
    const deps = await ada();
    await take(deps, track('Consent Granted', { channel: 'sms', topic: 'orders', method: 'form', source: 'test' }));
    deps.clock.set(Date.UTC(2026, 10, 24, 23));
    const waiting = await sendMessage(deps, request({ template: 'parcel-text' }), 'key-1');
    const until = waiting.kind === 'asked' ? (waiting.verdict.until ?? 0) : 0;

    const changed: TurnDeps = {
      ...deps,
      renderer: { render: async (...asked) => ({ ...(await deps.renderer.render(...asked)), class: 'marketing' }) },
    };
    deps.clock.set(until);
    await turn(changed);
    expect(deps.providers.sms.submitted).toHaveLength(0);
    expect(await messages()).toMatchObject([{ state: 'skipped', reason: 'empty-content' }]);
  });

  test('never leaves as what its template has become: a service message without consent', async () => {
    const deps = await ada();
    await sendMessage(deps, request(), 'key-1');
    const changed: TurnDeps = {
      ...deps,
      renderer: { render: async (...asked) => ({ ...(await deps.renderer.render(...asked)), class: 'service' }) },
    };
    await turn(changed);
    expect(deps.providers.email.submitted).toHaveLength(0);
    expect(await messages()).toMatchObject([{ state: 'skipped', reason: 'empty-content' }]);
  });

  test('goes with the person who is erased: nothing leaves, and what the call brought is gone', async () => {
    const deps = await ada();
    await sendMessage(deps, request({ data: { order: 'canary-order' } }), 'key-1');
    const [entry] = await entries();

    await eraseProfile(deps, entry?.profile_id ?? '');
    await turn(deps);
    expect(deps.providers.email.submitted).toHaveLength(0);
    expect(
      JSON.stringify([await entries(), await messages(), await store().db.selectFrom('idempotency_keys').selectAll().execute()]),
    ).not.toContain('canary-order');

    const again = request({ to: { profileId: entry?.profile_id ?? '' }, data: { order: 'canary-order' } });
    expect(await sendMessage(deps, again, 'key-2')).toEqual({ kind: 'unknown-profile' });
    expect(JSON.stringify(await entries())).not.toContain('canary-order');
  });
});
