import { setTimeout as sleep } from 'node:timers/promises';
import { quickCart } from '../support/project.js';
import { chaos, fillsCart, sendBatch } from '../support/shop-client.js';
import { badEnds, disagreements, isSent, readAccounts, unfinished } from './accounts.js';
import { type Campaign, until } from './campaign.js';

const people = 150;
const stormMs = 60_000;
const share = 0.3;

/** Both providers refuse three calls in ten for a minute. Refusals that may pass are tried again, each through the whole gate. */
export const stormOfRefusals: Campaign = {
  name: 'storm',
  title: 'a 30 % storm of SMTP 451 and Twilio 429 for a minute',
  journeys: { 'quick-cart': quickCart({ idle: 3, wait: 8 }) },
  limitMs: 480_000,
  async run(scene) {
    const instance = await scene.start();
    await chaos(instance.running.mailboxUrl, { rejectShare: share, rejectCode: 451 });
    await chaos(instance.running.phoneUrl, { rejectShare: share, rejectCode: 429 });
    const began = performance.now();
    for (let first = 1; first <= people; first += 10) {
      await sendBatch(instance, Array.from({ length: 10 }, (_, i) => fillsCart(first + i)).flat());
      await sleep(2_500);
    }
    await sleep(Math.max(0, stormMs - (performance.now() - began)));
    const inStorm = await readAccounts(instance);
    for (const url of [instance.running.mailboxUrl, instance.running.phoneUrl]) await chaos(url, {});
    scene.say('The storm is over.');
    const overAt = performance.now();
    await until('every entry ends', 360_000, async () => (await unfinished(instance)) === 0, 1_000);
    const clearedMs = performance.now() - overAt;
    await sleep(1_500);

    const accounts = await readAccounts(instance);
    const { messages } = accounts;
    const refused = messages.reduce((sum, { attempts }) => sum + attempts - 1, 0);
    const problems = [...badEnds(accounts.entries, { completed: people }), ...disagreements(accounts)];
    if (messages.length !== people * 3) problems.push(`There are ${messages.length} messages where ${people * 3} should be.`);
    if (refused < people / 3) problems.push(`Only ${refused} calls were refused: that was no storm.`);
    return {
      seen: {
        'calls refused': refused,
        'most attempts of one message': Math.max(...messages.map(({ attempts }) => attempts)),
        'messages sent in the storm': inStorm.messages.filter(isSent).length,
        'all sent after its end within': `${(clearedMs / 1000).toFixed(0)} s`,
        'entries completed': accounts.entries.filter(({ outcome }) => outcome === 'completed').length,
        'messages sent': messages.length,
        'mails and texts that came': `${accounts.mails.length}, ${accounts.texts.length}`,
      },
      problems,
    };
  },
};
