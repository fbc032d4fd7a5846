import { expect, test } from 'vitest';
import { isTrackable, mayTrack, type TrackingPolicy } from '../../../src/domain/tracking/tracking.js';
import { shippedPolicies } from '../../support/policies.js';

const { tracking } = shippedPolicies().engagement;

test.each([
  ['who said yes, wherever they are', 'GB', { country: 'DE', tracking_allowed: true }, null, true],
  ['who said no, wherever they are', 'US', { country: 'US', tracking_allowed: false }, null, false],
  ['somebody in America, of a shop there', 'US', { country: 'US' }, null, true],
  ['a German, of a shop in America', 'US', { country: 'Germany' }, null, false],
  ['somebody in America, of a shop in Britain', 'GB', { country: 'US' }, null, false],
  ['somebody of whom nothing is known', 'US', {}, null, false],
  ['somebody with an American number', 'US', {}, '+12125550123', true],
  ['an American who lives by the clock of Berlin', 'US', { country: 'US', timezone: 'Europe/Berlin' }, null, false],
  ['a word that is no answer', 'GB', { tracking_allowed: 'yes' }, null, false],
] as const)('opens and clicks of %s', (_who, country, traits, phone, allowed) => {
  expect(mayTrack(tracking, { traits, phone }, { country })).toBe(allowed);
});

test('where the shop asks everybody, only who said yes', () => {
  const strict: TrackingPolicy = { ...tracking, default: 'opt-in' };
  expect(mayTrack(strict, { traits: { country: 'US' }, phone: null }, { country: 'US' })).toBe(false);
});

test('never of a message about an order, of texts only where the shop wants it', () => {
  expect(isTrackable(tracking, { channel: 'email', class: 'transactional' })).toBe(false);
  expect(isTrackable(tracking, { channel: 'email', class: 'service' })).toBe(true);
  expect(isTrackable(tracking, { channel: 'sms', class: 'marketing' })).toBe(false);
  expect(isTrackable({ ...tracking, texts: true }, { channel: 'sms', class: 'marketing' })).toBe(true);
});
