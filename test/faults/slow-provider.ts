import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, chaos, fillsCart, orders, sendBatch } from '../support/shop-client.js';
import { badEnds, disagreements, readAccounts, unfinished } from './accounts.js';
import { type Campaign, percentile, until } from './campaign.js';

const slow = 120;
const others = 45;
/** People who come before the mail server grows slow: what this machine takes when nothing is held up. */
const earlier = 20;
const answerAfterMs = 15_000;
/** One text and one order in each. */
const paceMs = 1_000;
/** So much longer than before, a text or an exit may take: p95 against p95. */
const promptMs = 3_000;

/**
 * A mail server that answers after 15 s, with far more mails than connections to it. What goes elsewhere, and who orders, must not wait for
 * that; a clean stop in the middle waits for the answers, so that no mail becomes unclear.
 */
export const slowProvider: Campaign = {
  name: 'slow-provider',
  title: `a mail server that answers after 15 s, with ${slow} emails at once`,
  journeys: {
    'slow-mail': journey('slow-mail', 'mail', '  - send: { id: mail, channel: email, template: cart-reminder-1, deadline: PT4H }'),
    'quick-text': journey(
      'quick-text',
      'text',
      '  - send: { id: text, channel: sms, template: cart-link, deadline: PT4H, not_after_start: PT47H }',
    ),
    patient: journey('patient', 'wait', '  - wait: { id: pause, for: PT6H }'),
  },
  limitMs: 420_000,
  async run(scene) {
    let instance = await scene.start();
    const mailers = range(1, slow);
    const texters = range(300, earlier + others);
    const waiters = range(600, earlier + others);
    await sendBatch(
      instance,
      waiters.flatMap((person) => fillsCartFor('wait', person)),
    );
    await until('everybody waits', 60_000, async () => (await instance.all('/v1/entries?activity=waiting')).length === waiters.length);
    const orderedAt: number[] = [];
    const textedAt: number[] = [];
    const come = async (from: number, count: number): Promise<void> => {
      const began = performance.now();
      for (let i = from; i < from + count; i += 1) {
        orderedAt.push(Date.now());
        await sendBatch(instance, [orders(waiters[i] ?? 0)]);
        textedAt.push(Date.now());
        await sendBatch(instance, fillsCartFor('text', texters[i] ?? 0));
        await sleep(Math.max(0, paceMs * (i - from + 1) - (performance.now() - began)));
      }
    };
    await come(0, earlier);

    await chaos(instance.running.mailboxUrl, { delayMs: answerAfterMs });
    for (let first = 0; first < slow; first += 30)
      await sendBatch(
        instance,
        mailers.slice(first, first + 30).flatMap((person) => fillsCartFor('mail', person)),
      );
    await sleep(2_000);
    scene.say(`${slow} emails are to leave through a few connections. Now others come.`);
    await come(earlier, others);
    const mailedSlowly = (await readAccounts(instance)).messages.filter(
      ({ channel, acceptedAt }) => channel === 'email' && acceptedAt !== null,
    ).length;
    scene.say(`${mailedSlowly} emails were accepted at that pace. Now a clean stop, with calls under way.`);
    const stopAt = performance.now();
    await scene.stop();
    const stopMs = performance.now() - stopAt;
    instance = await scene.start();
    await until('every entry ends', 240_000, async () => (await unfinished(instance)) === 0, 1_000);
    await sleep(1_500);

    const accounts = await readAccounts(instance);
    const ended = accounts.entries.filter(({ journeyId }) => journeyId === 'patient').map(({ finishedAt }) => Date.parse(finishedAt ?? ''));
    const texted = accounts.messages.filter(({ channel }) => channel === 'sms').map(({ acceptedAt }) => Date.parse(acceptedAt ?? ''));
    // One after the other, a second apart: the k-th to end is the k-th that was asked for, unless somebody was held up.
    const exits = delays(orderedAt, ended);
    const texts = delays(textedAt, texted);
    const attempts = Math.max(...accounts.messages.map((message) => message.attempts));
    const problems = [
      ...badEnds(accounts.entries, { completed: slow + earlier + others, converted: earlier + others }),
      ...disagreements(accounts),
    ];
    if (accounts.mails.length !== slow) problems.push(`${accounts.mails.length} mails came where ${slow} should.`);
    if (accounts.texts.length !== earlier + others) problems.push(`${accounts.texts.length} texts came where ${earlier + others} should.`);
    for (const [what, ms] of [
      ['Exits', exits],
      ['Texts', texts],
    ] as const) {
      const [usual, meanwhile] = [percentile(ms.slice(0, earlier), 0.95), percentile(ms.slice(earlier), 0.95)];
      if (!(meanwhile <= usual + promptMs))
        problems.push(`${what} took ${Math.round(meanwhile)} ms (p95), and ${Math.round(usual)} ms before.`);
    }
    if (attempts !== 1) problems.push(`A message took ${attempts} attempts, though every call was answered.`);
    if (mailedSlowly < 10) problems.push(`Only ${mailedSlowly} emails were accepted in a minute: the slow lane does not move.`);
    return {
      seen: {
        'emails accepted while slow': mailedSlowly,
        'emails accepted in all': accounts.messages.filter(({ channel, state }) => channel === 'email' && state === 'accepted').length,
        'clean stop in the middle took': `${(stopMs / 1000).toFixed(1)} s`,
        'most attempts of one message': attempts,
        'texts before, from event to acceptance (p50, p95, longest)': spread(texts.slice(0, earlier)),
        'texts meanwhile': spread(texts.slice(earlier)),
        'exits before, from order to end (p50, p95, longest)': spread(exits.slice(0, earlier)),
        'exits meanwhile': spread(exits.slice(earlier)),
      },
      problems,
    };
  },
};

function journey(id: string, purpose: string, steps: string): string {
  return `journey: ${id}
name: ${id}
class: marketing
topic: cart_reminder
trigger: { event: { name: cart.updated, where: { event_property: { path: purpose, is: ${purpose} } } } }
entry: { key: cart, reentry: always }
exits:
  - { on: order.paid, outcome: converted }
max_duration: P1D
steps:
${steps}
`;
}

/** A cart whose one event says which of the journeys is meant. */
function fillsCartFor(purpose: 'mail' | 'text' | 'wait', person: number): readonly Call[] {
  return fillsCart(person).map((call) =>
    call.event === 'Product Added' ? { ...call, properties: { ...call.properties, purpose } } : call,
  );
}

function range(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

function delays(asked: readonly number[], done: readonly number[]): readonly number[] {
  const sorted = [...done].sort((a, b) => a - b);
  return asked.map((at, i) => (sorted[i] ?? Number.POSITIVE_INFINITY) - at);
}

function spread(ms: readonly number[]): string {
  return [percentile(ms, 0.5), percentile(ms, 0.95), Math.max(...ms)].map((value) => `${Math.round(value)} ms`).join(', ');
}
