import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { verdictSentence } from '../../../src/domain/gate/explain.js';
import { type ChannelPrice, messagePrice } from '../../../src/domain/gate/message-price.js';
import { decideSend } from '../../../src/domain/gate/send-gate.js';
import { day } from '../../../src/domain/time/instant.js';
import { ledgerSlot, noon, sendFacts, sendRequest } from '../../support/gate.js';

const { message_price: vectors } = JSON.parse(readFileSync(new URL('../../vectors/caps.json', import.meta.url), 'utf8')) as {
  readonly message_price: readonly {
    readonly incremental_margin: number;
    readonly unsub_hazard: number;
    readonly channel_value: number;
    readonly complaint_hazard: number;
    readonly complaint_cost: number;
    readonly cost: number;
    readonly send: boolean;
  }[];
};

test.each(vectors)('a margin of $incremental_margin against $cost', (vector) => {
  const price: ChannelPrice = {
    channelValue: vector.channel_value,
    complaintCost: vector.complaint_cost,
    hazards: [{ sendsUpTo: null, unsubscribe: vector.unsub_hazard, complaint: vector.complaint_hazard }],
  };
  expect(messagePrice(price, 3)).toBeCloseTo(vector.cost, 12);
  const decision = decideSend(sendRequest({ expectedMargin: vector.incremental_margin }), sendFacts({ price }));
  expect(decision.kind).toBe(vector.send ? 'send' : 'skip');
});

const price: ChannelPrice = {
  channelValue: 12,
  complaintCost: 20,
  hazards: [
    { sendsUpTo: 1, unsubscribe: 0.002, complaint: 0.0003 },
    { sendsUpTo: null, unsubscribe: 0.0045, complaint: 0.0008 },
  ],
};

test('the more messages came in seven days, the more a message has to bring', () => {
  const sent = (count: number, days: number) =>
    Array.from({ length: count }, (_, index) => ledgerSlot({ messageId: `m-${index}`, slotAt: noon - days * day }));
  const decide = (ledger: ReturnType<typeof sent>) => decideSend(sendRequest({ expectedMargin: 0.05 }), sendFacts({ price, ledger }));

  expect(decide(sent(1, 6))).toEqual({ kind: 'send' });
  expect(decide(sent(2, 7))).toEqual({ kind: 'send' });
  const refused = decide(sent(2, 6));
  expect(refused).toMatchObject({ kind: 'skip', reason: 'frequency-cap', detail: { rule: 'message-price', sends: 2 } });
  expect(verdictSentence(refused, { timeZone: 'UTC', channel: 'email' })).toBe(
    'Not sent: its expected margin is 0.05 and its risk 0.07, from unsubscribes and complaints after 2 messages in 7 days (message-price).',
  );
});

test('nothing is asked of a message of which nobody knows what it brings, or which a person needs', () => {
  expect(decideSend(sendRequest(), sendFacts({ price }))).toEqual({ kind: 'send' });
  expect(decideSend(sendRequest({ expectedMargin: 0, class: 'transactional' }), sendFacts({ price }))).toEqual({ kind: 'send' });
  expect(decideSend(sendRequest({ expectedMargin: 0 }), sendFacts({ price: null }))).toEqual({ kind: 'send' });
});
