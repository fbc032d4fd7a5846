import { expect, test } from 'vitest';
import { type Pictured, pictureOf } from '../../src/experiments/picture.js';

const pictured: Pictured = {
  title: 'Does <free> shipping & more help?',
  sentence: 'Look 2 of 4 shows no clear difference yet, and the next look is on day 28.',
  light: 'amber',
  effects: [
    { name: 'Free shipping', value: 1_240.5, interval: [310, 2_170] },
    { name: 'Ten percent', value: -880, interval: [-2_400, 640] },
    { name: 'Nothing', value: -2_100, interval: [-3_500, -700] },
  ],
  unit: 'Margin in GBP per 1,000 people, against the control; 95 %, at all times together',
  hidden: 'nothing',
  next: 'Look 3 of 4: 28 December 2026',
  control: 'No offer',
  number: (value) => value.toLocaleString('en', { signDisplay: 'exceptZero' }),
};

test('has an interval for each arm, the light, the date, no script, and all of it as text', () => {
  const svg = pictureOf(pictured);
  expect(svg.match(/stroke-width="6"/g)).toHaveLength(3);
  expect(svg).toContain('Look 3 of 4: 28 December 2026');
  expect(svg).toContain('Ten percent – No offer: -880 (-2,400 … +640)');
  expect(svg).toContain('Does &lt;free&gt; shipping &amp; more help?');
  expect(svg).not.toMatch(/<script|on\w+=|href/);
});

test('says instead why there is no interval', () => {
  const svg = pictureOf({ ...pictured, effects: null, hidden: 'Too early.' });
  expect(svg).toContain('Too early.');
  expect(svg).not.toContain('stroke-width="6"');
});
