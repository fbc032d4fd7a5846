import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stateAfterReceipt } from '../../src/channels/receipts.js';
import { smsAnswer, twiml } from '../../src/channels/sms/answers.js';
import { errorAction } from '../../src/channels/sms/error-codes.js';
import { readTwilioStatus } from '../../src/channels/sms/providers/twilio-webhook.js';
import { smsSize } from '../../src/channels/sms/segments.js';
import type { MessageState } from '../../src/domain/messages/message.js';

const { status: cases } = JSON.parse(readFileSync(new URL('../vectors/sms_rules.json', import.meta.url), 'utf8')) as {
  status: { sequence: string[]; final: string }[];
};
const stateOf = (status: string): MessageState =>
  status === 'delivered' ? 'delivered' : ['undelivered', 'failed', 'canceled'].includes(status) ? 'failed' : 'accepted';
const fold = (statuses: readonly string[], from: MessageState = 'unknown') => statuses.reduce<MessageState>(stateAfterReceipt, from);

test.each(cases)('folds $sequence to what $final means', ({ sequence, final }) => {
  expect(fold(sequence)).toBe(stateOf(final));
});

test('comes to the same in whatever order callbacks arrive, as long as one of them is final', () => {
  const early = fc.array(fc.constantFrom('accepted', 'queued', 'sending', 'sent'));
  fc.assert(
    fc.property(early, early, fc.constantFrom('delivered', 'undelivered', 'failed'), (before, after, last) => {
      expect(fold([...before, last, ...after])).toBe(stateOf(last));
    }),
  );
});

test('takes any callback for proof that the provider had the message', () => {
  for (const state of ['submitting', 'unknown', 'reserved'] as const) expect(stateAfterReceipt(state, 'queued')).toBe('accepted');
});

test('reads a callback, and refuses one that says nothing', () => {
  expect(readTwilioStatus({ MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30003', To: '+15552229999' })).toEqual({
    provider: 'twilio',
    providerId: 'SM1',
    status: 'undelivered',
    code: 'twilio-30003',
    to: '+15552229999',
  });
  for (const form of [{}, { MessageSid: 'SM1' }, { MessageStatus: 'sent' }, { MessageSid: 'SM1', MessageStatus: 'sent; drop' }])
    expect(readTwilioStatus(form)).toBeNull();
});

test.each([
  [[21610, 21211, 21614, 30005, 30006], 'suppress after 1'],
  [[30003, 30008], 'suppress after 3'],
  [[30004, 30007, 30034, 30032, 21408, 21617], 'pause'],
  [[20429, 21611, 30001], 'back-off'],
  [[20003, 30002], 'operator'],
  [[30000, 1], 'nothing'],
])('the codes %j ask for: %s', (codes, asked) => {
  for (const code of codes) {
    const action = errorAction(code);
    expect(action?.kind === 'suppress' ? `suppress after ${action.messages}` : (action?.kind ?? 'nothing')).toBe(asked);
    expect(errorAction(`twilio-${code}`)).toBe(action);
  }
  expect([errorAction(null), errorAction('smtp-550')]).toEqual([null, null]);
});

test('answers keywords in one segment that names the brand, in the language of the person', () => {
  const shop = { brand: 'Fern & Fable', supportUrl: 'https://shop.example/help', supportEmail: 'help@shop.example' };
  for (const locale of ['en-GB', 'de'])
    for (const kind of ['stopped', 'started', 'confirmed-but-barred', 'help'] as const) {
      const text = smsAnswer(kind, shop, [locale]);
      expect(text).toMatch(/^Fern & Fable: /);
      expect(smsSize(text)).toEqual({ segments: 1, encoding: 'GSM-7' });
    }
  expect(smsAnswer('help', shop, [null, 'fr', 'de-AT'])).toContain('Hilfe');
  expect(smsAnswer('help', shop, ['constructor'])).toContain('Help at');
  expect(twiml('Fern & Fable <3')).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Response><Message>Fern &#38; Fable &#60;3</Message></Response>',
  );
  expect(twiml(null)).toBe('<?xml version="1.0" encoding="UTF-8"?><Response></Response>');
});
