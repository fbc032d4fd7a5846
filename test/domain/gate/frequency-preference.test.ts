import { describe, expect, test } from 'vitest';
import { chosenCap } from '../../../src/domain/gate/frequency-preference.js';
import { day } from '../../../src/domain/time/instant.js';
import { noon } from '../../support/gate.js';

describe('a frequency that a person chose', () => {
  test.each<readonly [string, unknown, ReturnType<typeof chosenCap>]>([
    ['weekly', { level: 'weekly', until: null }, { limit: 1, windowMs: 7 * day, until: null }],
    ['monthly, as a shop’s identify may say it', 'monthly', { limit: 1, windowMs: 30 * day, until: null }],
    ['a pause', { level: 'pause', until: noon + 1 }, { limit: 0, windowMs: 30 * day, until: noon + 1 }],
    ['a pause that has ended', { level: 'pause', until: noon }, null],
    ['all', { level: 'all', until: null }, null],
    ['nothing', undefined, null],
    ['what no form of ours says', { level: 'hourly' }, null],
    ['a name that every object has', { level: 'constructor' }, null],
  ])('is a cap: %s', (_name, said, cap) => {
    expect(chosenCap({ message_frequency: said }, noon)).toEqual(cap);
  });
});
