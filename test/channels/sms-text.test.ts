import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readIntent } from '../../src/channels/sms/keywords.js';
import { smsSize } from '../../src/channels/sms/segments.js';

const vectors = (name: string) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));

test('counts segments as the network makes them', () => {
  const { vectors: cases } = vectors('sms_segments') as {
    vectors: { text_rle: [string, number][]; encoding: string; segments: number; why: string }[];
  };
  expect(cases.length).toBeGreaterThan(10);
  for (const { text_rle, encoding, segments, why } of cases) {
    const text = text_rle.map(([characters, times]) => characters.repeat(times)).join('');
    expect({ why, ...smsSize(text) }).toEqual({ why, encoding, segments });
  }
});

test('agrees with Twilio at every boundary', () => {
  const { cases } = vectors('sms_segments_boundaries') as { cases: { text: string; encoding: string; segments: number }[] };
  for (const { text, encoding, segments } of cases) expect({ text, ...smsSize(text) }).toEqual({ text, encoding, segments });
});

test('reads keywords exactly, and sentences that revoke', () => {
  const { keywords } = vectors('sms_rules') as { keywords: { body: string; kind: string }[] };
  const kinds: Record<string, string> = { stop: 'STOP', start: 'START', help: 'HELP', 'free-form-stop': 'STOP_FREEFORM', other: 'OTHER' };
  for (const { body, kind } of keywords) expect({ body, kind: kinds[readIntent(body).kind] }).toEqual({ body, kind });
});

test('takes no word of Object for a keyword', () => {
  expect(readIntent('constructor')).toEqual({ kind: 'other' });
});

test.each([
  'please quit texting me',
  'quit sending me texts',
  'Please cancel',
  'Ok, quit it.',
  'Cancel these texts',
  'cancel my subscription',
  'end these messages',
  'I revoke my consent',
  'I want this subscription cancelled',
  'dont send me texts',
  'Don’t send me anything',
  'Do not text this number',
  'I don’t want these messages',
  'I no longer wish to receive this',
  'take my number off',
  'opt me out',
  'unsub me',
  'Stopp bitte',
  'Bitte abmelden',
  'Melden Sie mich bitte ab',
  'Bitte keine SMS mehr',
  'keine weiteren Nachrichten',
  'Falsche Nummer',
  'unsubcribe me please',
  'I want to unsuscribe',
  'unsubscribed!! now',
  'Please remove',
  'Bitte löschen',
  'lösch meine Nummer',
  'arrêtez les SMS',
  'arrete ca',
  'darme de baja',
])('takes for a revocation: %s', (body) => {
  expect(readIntent(body)).toEqual({ kind: 'free-form-stop' });
});

test.each([
  'unsub',
  'STOPP',
  'Abmelden!',
  'Arret',
  'Arrêt',
  'ARRE\u0302T',
  'arrêter',
  'remove',
  'Löschen',
  'LOESCHEN',
  'baja',
  'Basta!',
  'Afmelden',
])('stops at the word alone: %s', (body) => {
  expect(readIntent(body)).toMatchObject({ kind: 'stop' });
});

test.each([
  'Cancel my order',
  'Can I cancel my order? A text would be fine',
  'the end',
  'At the weekend',
  'Please don’t send my order before Friday',
  'Does the sale end this week? Got your message late',
  'Is your consent form ready?',
  'Keine Ahnung',
  'Wann endet die Aktion?',
  'Melden Sie sich ab Montag',
  'Please remove the mug from my order',
  'I am unsure about the size',
  'undescribable taste',
  'Das Licht löschte',
])('takes for a reply: %s', (body) => {
  expect(readIntent(body)).toEqual({ kind: 'other' });
});
