import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChildInstance, startChild } from '../../examples/instance.js';
import type { ProfileSegments, SegmentSizes } from '../../src/api/contract/segments.js';
import { makeProject } from '../support/project.js';
import { openZone, sendBatch } from '../support/shop-client.js';
import { entryThat, eventually, profileOf, textsTo } from '../support/watching.js';

const segment = `segment: just_looked
name: Looked within seconds
who: { event_count: { name: product.viewed, within: PT8S, at_least: 1 } }
`;

const journey = `journey: looked-away
name: Looked away
class: marketing
topic: cart_reminder
trigger: { segment: { left: just_looked } }
entry: { reentry: always }
steps:
  - send: { id: nudge, channel: sms, template: looked-away, deadline: PT4H }
`;

const template = `class: marketing
topic: cart_reminder
words:
  en: { body: "{{ shop.brand }}: come back. {% if isFirstSms %}{{ words.firstTextTerms }}{% endif %}" }
  de: { body: "{{ shop.brand }}: bis bald. {% if isFirstSms %}{{ words.firstTextTerms }}{% endif %}" }
`;

const people = ['ada', 'bo', 'cy'].map((userId, index) => ({ userId, phone: `+44770090030${index}` }));

let project: string;
let dataFolder: string;
let instance: ChildInstance;

beforeAll(async () => {
  project = await makeProject({ 'looked-away': journey });
  await mkdir(join(project, 'segments'));
  await writeFile(join(project, 'segments', 'just_looked.segment.yaml'), segment);
  await writeFile(join(project, 'templates', 'sms', 'looked-away.yaml'), template);
  dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-e2e-'));
  instance = await startChild(dataFolder, { SOJOURN_PROJECT: project, SOJOURN_LOG_LEVEL: 'warn' }, (line) => console.log(line));
  await eventually('the segment to be filled', async () => {
    const { items } = await instance.get<SegmentSizes>('/v1/segment-sizes');
    return items.some(({ id, isFilled }) => id === 'just_looked' && isFilled);
  });
});

afterAll(async () => {
  await instance?.stop();
  await Promise.all([project, dataFolder].map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 })));
});

/** Where the person stands in the segment. */
async function placeOf(userId: string) {
  const id = await profileOf(instance, userId);
  if (id === null) return null;
  const { segments } = await instance.get<ProfileSegments>(`/v1/profiles/${id}/segments`);
  return segments.find((one) => one.id === 'just_looked') ?? null;
}

test('a window of time that ends begins a journey within two seconds, and the message arrives', async () => {
  const consent = { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test', text: 'yes' };
  const late = await Promise.all(
    people.map(async ({ userId, phone }) => {
      await sendBatch(instance, [
        { type: 'identify', userId, traits: { phone, timezone: openZone() } },
        { type: 'track', userId, event: 'Consent Granted', properties: consent },
        { type: 'track', userId, event: 'Product Viewed', properties: { product_id: 'mug' } },
      ]);
      const place = await placeOf(userId);
      expect(place).toMatchObject({ isMember: true, because: ['the number of product.viewed within 8 seconds is at least 1'] });
      const dueAt = Date.parse(place?.changesAt ?? '');
      const entry = await entryThat(instance, userId, 'has begun', () => true, 'looked-away');
      const begun = await instance.get<{ createdAt: string }>(`/v1/entries/${entry.id}`);
      await eventually(`the text to ${userId}`, async () => (await textsTo(instance, phone)).length === 1);
      expect((await placeOf(userId))?.isMember).toBe(false);
      return Date.parse(begun.createdAt) - dueAt;
    }),
  );
  console.log(`A boundary in time fired its trigger after ${late.map((ms) => `${ms} ms`).join(', ')}.`);
  for (const ms of late) {
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(ms).toBeLessThan(2_000);
  }
});
