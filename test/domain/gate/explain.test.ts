import { expect, test } from 'vitest';
import { verdictSentence } from '../../../src/domain/gate/explain.js';
import type { SendDecision, Verdict, VerdictDetail } from '../../../src/domain/gate/verdict.js';
import { verdictReasons } from '../../../src/domain/gate/verdict.js';

const reader = { timeZone: 'Europe/Berlin', channel: 'email' } as const;
const thursday = Date.UTC(2026, 11, 3, 8, 12);

test.each<readonly [Verdict, string]>([
  [{ kind: 'send' }, 'Cleared to send: nothing prevents this email.'],
  [
    { kind: 'skip', reason: 'frequency-cap', detail: { rule: 'email-7d', used: 4, limit: 4, next: thursday } },
    'Not sent: cap email-7d, 4 of 4 used; next possible Thu 3 Dec 09:12 (Europe/Berlin).',
  ],
  [
    { kind: 'skip', reason: 'frequency-cap', detail: { rule: 'email-7d', used: 0, limit: 0, next: null } },
    'Not sent: cap email-7d, nothing is allowed.',
  ],
  [
    { kind: 'exit', reason: 'frequency-cap', detail: { rule: 'email-7d', used: 4, limit: 4, tier: 'new' } },
    'Not sent, and the journey ends: cap email-7d, 4 of 4 used (tier new).',
  ],
  [
    { kind: 'send', displaces: ['m1'] },
    'Cleared to send: nothing prevents this email, and it took the slot of a less important message (m1).',
  ],
  [{ kind: 'release', reason: 'outranked', detail: { winner: 'm2' } }, 'Gave up its slot: a more important message took the slot (m2).'],
  [{ kind: 'exit', reason: 'exited', detail: { rule: 'ordered' } }, 'Not sent, and the journey ends: exit rule ordered came first.'],
  [{ kind: 'skip', reason: 'no-consent', detail: { topic: 'cart_reminder' } }, 'Not sent: no consent to cart_reminder by email.'],
  [{ kind: 'hold', reason: 'paused', detail: { scope: 'channel' } }, 'Held: the channel is paused, until someone resumes it.'],
  [
    { kind: 'withhold', reason: 'holdout', detail: {}, instead: { kind: 'send' } },
    'Withheld: the person is in the holdout, so that the effect of the journey can be measured. Without that: Cleared to send: nothing prevents this email.',
  ],
])('%j', (decision, sentence) => {
  expect(verdictSentence(decision, reader)).toBe(sentence);
});

test('a text that waits for the morning says so', () => {
  const hours = { rule: 'us-fl', zone: 'America/Chicago', opens: '08:00', closes: '20:00' };
  const says = (detail: VerdictDetail) => {
    const decision: SendDecision = { kind: 'defer', until: thursday, reason: 'quiet-hours', detail };
    return verdictSentence(decision, { ...reader, channel: 'sms' });
  };
  const next = 'next possible Thu 3 Dec 09:12 (Europe/Berlin).';

  expect(says(hours)).toBe(`Waits: quiet hours in us-fl: texts are sent from 08:00 to 20:00 local time; ${next}`);
  expect(says({ ...hours, opens: '10:00', narrowed: true })).toBe(
    `Waits: quiet hours in us-fl, narrowed by the journey: texts are sent from 10:00 to 20:00 local time; ${next}`,
  );
  expect(says({ rule: 'us-al', closed: 'sun' })).toBe(`Waits: quiet hours in us-al: no texts are sent on Sundays; ${next}`);
  expect(says({ rule: 'fr', closed: 'holiday' })).toBe(`Waits: quiet hours in fr: no texts are sent on holidays; ${next}`);
});

test('every reason has words of its own', () => {
  const sentences = verdictReasons.map((reason) => verdictSentence({ kind: 'skip', reason, detail: {} }, reader));

  expect(new Set(sentences).size).toBe(verdictReasons.length);
});
