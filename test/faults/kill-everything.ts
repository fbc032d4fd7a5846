import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildInstance } from '../../examples/instance.js';
import { chaos, fillsCart, sendBatch } from '../support/shop-client.js';
import { arrivals, badEnds, disagreements, readAccounts, type StoredMessage, unfinished } from './accounts.js';
import { type Campaign, tally, until } from './campaign.js';
import type { Scene } from './scene.js';

const people = 200;
const kills = 5;
/** Slow enough that each kill finds calls under way: a provider that has taken a message answers this much later. */
const answerAfterMs = 300;
const messagesBetweenKills = 50;

/** An email, a text, a pause, an email: emails and texts are under way at the same time. */
function journey(): string {
  return `journey: quick-cart
name: Quick cart
class: marketing
topic: cart_reminder
trigger: { inactivity: { after: [cart.updated], reset_on: [cart.updated], for: PT4S } }
entry: { key: cart, reentry: always }
exits:
  - { on: order.paid, outcome: converted }
max_duration: P1D
steps:
  - send: { id: first, channel: email, template: cart-reminder-1, deadline: PT4H }
  - send: { id: text, channel: sms, template: cart-link, deadline: PT4H, not_after_start: PT47H }
  - wait: { id: pause, for: PT12S }
  - send: { id: second, channel: email, template: cart-reminder-2, deadline: PT4H }
`;
}

/** Power cuts in the middle of everything. What cannot be known of a message is told, and nothing is sent twice under another name. */
export const killEverything: Campaign = {
  name: 'kill',
  title: `kill -9 of everything in the middle of ${people} journeys, ${kills} times`,
  journeys: { 'quick-cart': journey() },
  limitMs: 600_000,
  async run(scene) {
    let instance = await scene.start();
    await slowDown(instance);
    for (let first = 1; first <= people; first += 20)
      await sendBatch(instance, Array.from({ length: 20 }, (_, i) => fillsCart(first + i)).flat());

    const interrupted = new Map<string, Interrupted>();
    const restarts: number[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      await untilUnderWay(instance);
      await scene.killEverything();
      const found = await underWay(scene);
      const knownBefore = interrupted.size;
      for (const one of found) interrupted.set(`${one.messageId} ${one.n}`, one);
      const cut = interrupted.size - knownBefore;
      const began = performance.now();
      instance = await scene.start();
      restarts.push(performance.now() - began);
      await slowDown(instance);
      scene.say(`Kill ${kill}: ${cut} calls under way; healthy again after ${seconds(restarts.at(-1) ?? 0)}.`);
    }
    await chaos(instance.running.mailboxUrl, {});
    await chaos(instance.running.phoneUrl, {});

    scene.say('Waiting until every entry has ended. What was cut off is looked at when its lease ends, a text two minutes later.');
    await until('every entry ends', 360_000, async () => (await unfinished(instance)) === 0, 2_000);
    await sleep(1_500);
    const accounts = await readAccounts(instance);
    const { entries, messages, mails } = accounts;

    const cutOff = new Set([...interrupted.values()].map(({ messageId }) => messageId));
    const unknown = messages.filter(({ state }) => state === 'unknown');
    const stories = await Promise.all([...cutOff].map((id) => instance.get<MessageStory>(`/v1/messages/${id}`)));
    const foundByAsking = stories.filter(
      ({ channel, state, receipts, attemptsMade }) =>
        channel === 'sms' && state === 'accepted' && receipts.length === 0 && attemptsMade.every(({ outcome }) => outcome === 'unknown'),
    ).length;
    const repeatedMails = [...tally(mails).values()].filter((times) => times > 1).length;
    const problems = [...badEnds(entries, { completed: people }), ...disagreements(accounts, cutOff)];
    if (messages.length !== people * 3) problems.push(`There are ${messages.length} messages where ${people * 3} should be.`);
    if (unknown.length > interrupted.size)
      problems.push(`${unknown.length} messages are unknown, and ${interrupted.size} calls were under way at the kills.`);
    for (const { id, attempts } of messages)
      if (attempts > 1 && !cutOff.has(id)) problems.push(`Message ${id} was tried ${attempts} times for no reason.`);
    if (interrupted.size === 0) problems.push('No kill found a call under way: the campaign shows nothing.');
    return {
      seen: {
        'entries that ended': entries.filter(({ state }) => state === 'finished').length,
        'emails in the store': messages.filter(({ channel }) => channel === 'email').length,
        'texts in the store': messages.filter(({ channel }) => channel === 'sms').length,
        'calls under way at the kills, email': [...interrupted.values()].filter(({ channel }) => channel === 'email').length,
        'calls under way at the kills, text': [...interrupted.values()].filter(({ channel }) => channel === 'sms').length,
        'texts found by asking the phone': foundByAsking,
        'reported unknown': unknown.length,
        'emails that came twice, with the same Message-ID': repeatedMails,
        'texts that came twice': [...tally(accounts.texts.map(({ to }) => to)).values()].filter((n) => n > 1).length,
        'healthy again after': restarts.map(seconds).join(', '),
      },
      problems,
    };
  },
};

interface Interrupted {
  readonly messageId: string;
  readonly n: number;
  readonly channel: string;
}

interface MessageStory extends StoredMessage {
  readonly attemptsMade: readonly { readonly outcome: string | null }[];
  readonly receipts: readonly unknown[];
}

async function slowDown(instance: ChildInstance): Promise<void> {
  await chaos(instance.running.mailboxUrl, { delayMs: answerAfterMs });
  // Where no callback tells what became of a text that was cut off, the provider is asked.
  await chaos(instance.running.phoneUrl, { delayMs: answerAfterMs, lostCallbackShare: 0.5 });
}

/** Until some messages have left since the start, or half a minute of waits for leases went by. */
async function untilUnderWay(instance: ChildInstance): Promise<void> {
  const before = await arrivals(instance);
  const began = performance.now();
  while ((await arrivals(instance)) - before < messagesBetweenKills && performance.now() - began < 30_000) await sleep(100);
}

/** The calls that the kill cut off, as the store on the disk tells: attempts without an outcome. */
async function underWay(scene: Scene): Promise<readonly Interrupted[]> {
  return scene.peek((store) =>
    store.db
      .selectFrom('attempts as a')
      .innerJoin('messages as m', 'm.id', 'a.message_id')
      .select(['a.message_id as messageId', 'a.n', 'm.channel'])
      .where('a.outcome', 'is', null)
      .execute(),
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
