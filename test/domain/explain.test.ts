import { expect, test } from 'vitest';
import { verdictSentence } from '../../src/domain/explain.js';
import type { SendDecision } from '../../src/domain/verdict.js';
import { verdictReasons } from '../../src/domain/verdict.js';

const reader = { timeZone: 'Europe/Berlin', channel: 'email' } as const;
const thursday = Date.UTC(2026, 11, 3, 8, 12);

test.each<readonly [SendDecision, string]>([
  [{ kind: 'send' }, 'Sent: nothing stood against this email.'],
  [
    { kind: 'skip', reason: 'frequency-cap', detail: { rule: 'email-7d', used: 4, limit: 4, next: thursday } },
    'Not sent: cap email-7d, 4 of 4 used; next possible Thu 3 Dec 09:12 (Europe/Berlin).',
  ],
  [
    { kind: 'skip', reason: 'frequency-cap', detail: { rule: 'email-7d', used: 0, limit: 0, next: null } },
    'Not sent: cap email-7d, 0 of 0 used.',
  ],
  [{ kind: 'exit', reason: 'exited', detail: { rule: 'ordered' } }, 'Not sent, and the journey ends: exit rule ordered came first.'],
  [{ kind: 'skip', reason: 'no-consent', detail: { topic: 'cart_reminder' } }, 'Not sent: no consent to cart_reminder by email.'],
  [{ kind: 'hold', reason: 'paused', detail: { scope: 'channel' } }, 'Held: the channel is paused, until someone resumes it.'],
  [
    { kind: 'withhold', reason: 'holdout', detail: {}, instead: { kind: 'send' } },
    'Withheld: the person is held out, so that the effect of the journey can be measured. Without that: Sent: nothing stood against this email.',
  ],
])('%j', (decision, sentence) => {
  expect(verdictSentence(decision, reader)).toBe(sentence);
});

test('a text that waits for the morning says so', () => {
  const decision: SendDecision = { kind: 'defer', until: thursday, reason: 'quiet-hours', detail: { opens: '08:00', closes: '21:00' } };

  expect(verdictSentence(decision, { ...reader, channel: 'sms' })).toBe(
    "Waits: quiet hours, texts leave from 08:00 to 21:00 of the person's local time; next possible Thu 3 Dec 09:12 (Europe/Berlin).",
  );
});

test('every reason has words of its own', () => {
  const sentences = verdictReasons.map((reason) => verdictSentence({ kind: 'skip', reason, detail: {} }, reader));

  expect(new Set(sentences).size).toBe(verdictReasons.length);
});
