import { describe, expect, test } from 'vitest';
import { countQuarter, disagreements, templateOf } from '../../examples/quarter/count.js';
import { day, quarterDays, quarterStartsAt, shopQuarter } from '../../examples/quarter/people.js';
import type { PlayedCall, ReadMail } from '../../examples/quarter/play.js';
import { strays, type ToldMessage } from '../../examples/quarter/told.js';

const quarter = shopQuarter();
const played: readonly PlayedCall[] = quarter.map((call) => ({ ...call, code: null }));

function mail(who: string, of: Partial<ReadMail> & { readonly day?: number }): ReadMail {
  const { day: days = 0, ...rest } = of;
  return { id: `${who}-${days}`, to: `${who}@example.test`, subject: 'Nothing', text: '', at: quarterStartsAt + days * day, ...rest };
}

describe('the quarter of the demo', () => {
  test('is the same every time, in order, and ends in time', () => {
    expect(shopQuarter()).toEqual(quarter);
    expect(quarter.map(({ at }) => at)).toEqual(quarter.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(quarter[0]!.at).toBeGreaterThanOrEqual(quarterStartsAt);
    expect(quarter.at(-1)!.at).toBeLessThan(quarterStartsAt + quarterDays * day);
  });

  test('has everything that a shop’s people do', () => {
    const events = new Set(quarter.flatMap(({ call }) => (call.kind === 'track' ? [call.event] : [])));
    expect([...events].toSorted()).toEqual([
      'Consent Granted',
      'Feedback Submitted',
      'Order Completed',
      'Order Refunded',
      'Product Added',
      'Product Removed',
      'Quiz Completed',
      'Quiz Started',
      'Shipment Created',
      'Shipment Delivered',
    ]);
  });
});

describe('the recount', () => {
  test('knows from the events alone who enters what, and how it ends', () => {
    expect(countQuarter(played, [], 0)).toMatchObject({
      'welcome-quiz entered': 44,
      'abandoned-cart entered': 16,
      'abandoned-cart not entered': 4,
      'abandoned-cart converted': 4,
      'abandoned-cart exited': 4,
      'check-in exited order-refunded': 3,
      'check-in completed low-rating': 3,
      'win-back entered': 16,
      'win-back converted': 4,
      // Without a mail nobody was written to.
      'welcome-quiz held out': 44,
      'arm win-back nothing': 16,
      'emails arrived': 0,
    });
  });

  test('tells the arm of somebody by the code in their mail', () => {
    const mails = [
      mail('subscriber-1', { subject: 'Welcome, Ada. What may we look for?' }),
      mail('subscriber-1', { day: 9, subject: 'A code for your first order', text: 'HELLO-ABCDEFGH12 takes 10 % off.' }),
      mail('old-customer-2', { day: 30, subject: 'Ben, something for your return', text: 'Free delivery: BACK-ABCDEFGH12' }),
      mail('old-customer-3', { day: 30, subject: 'Cleo, it has been a while' }),
    ];
    expect(countQuarter(played, mails, 2)).toMatchObject({
      'welcome-quiz held out': 43,
      'arm welcome-offer ten-percent': 1,
      'arm welcome-offer free-shipping': 0,
      'arm win-back free-shipping': 1,
      'arm win-back no-incentive': 1,
      'arm win-back nothing': 14,
      'codes HELLO- shown': 1,
      'codes BACK- shown': 1,
      'texts arrived': 2,
      'mails welcome-offer': 1,
    });
  });

  test('counts a code that was used once, however many orders name it', () => {
    const orders = played.filter(({ usesCode }) => usesCode === 'HELLO-').slice(0, 2);
    const used = played.map((call) => (orders.includes(call) ? { ...call, code: 'HELLO-ABCDEFGH12' } : call));
    expect(countQuarter(used, [], 0)['codes HELLO- redeemed']).toBe(1);
  });

  test.each([
    ['Your code ends on 3 October 2026', 'HELLO-ABCDEFGH12', 'welcome-offer-ending'],
    ['Your code ends on 3 October 2026', 'BACK-ABCDEFGH12', 'win-back-ending'],
    ['Ada, your basket is waiting', '', 'cart-reminder-1'],
    ['Something else', '', 'unknown: Something else'],
  ])('knows a mail by its subject: %s', (subject, text, template) => {
    expect(templateOf(mail('ada', { subject, text }))).toBe(template);
  });

  test('says each figure that differs, and one that only one side has', () => {
    expect(disagreements({ entered: 3, sent: 4, ended: 0 }, { entered: 3, sent: 5, lost: 1 })).toEqual([
      'sent: Sojourn says 4, the recount 5.',
      'lost: Sojourn says 0, the recount 1.',
    ]);
  });
});

test('every message is looked for one by one', () => {
  const message = (id: string, of: Partial<ToldMessage> = {}): ToldMessage => ({
    id,
    channel: 'email',
    template: 'letter',
    state: 'delivered',
    reason: null,
    providerId: null,
    ...of,
  });
  const all = [message('a'), message('t', { channel: 'sms', providerId: 'SM1' }), message('s', { state: 'skipped', reason: 'holdout' })];
  expect(strays(all, ['a'], ['SM1'])).toEqual([]);
  expect(strays([...all, message('u', { state: 'unknown' })], ['s', 's'], [])).toEqual([
    'Message u is unknown.',
    'The email a is in the store and did not arrive.',
    'The email s arrived and the store does not say so.',
    'The email s arrived and the store does not say so.',
    '1 of the emails came twice.',
    'The text SM1 is in the store and did not arrive.',
  ]);
});
