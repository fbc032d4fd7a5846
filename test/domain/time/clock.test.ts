import { describe, expect, it } from 'vitest';
import { createClock } from '../../../src/domain/time/clock.js';

const realOrigin = Date.UTC(2026, 0, 5, 9);
const serviceOrigin = Date.UTC(2010, 11, 1, 8);
const clockAt = (rate: number, real = realOrigin) => createClock({ rate, realOrigin, serviceOrigin, readReal: () => real });

describe('the two clocks', () => {
  it('plays 1,500 milliseconds of service time in one of real time', () => {
    expect(clockAt(1500, realOrigin + 40).now()).toBe(serviceOrigin + 60_000);
  });

  it('rounds the real instant up, so that a timer never fires before its instant', () => {
    const clock = clockAt(1500);
    const real = clock.realAt(serviceOrigin + 1);
    expect(real).toBe(realOrigin + 1);
    expect(clockAt(1500, real).now()).toBeGreaterThanOrEqual(serviceOrigin + 1);
  });

  it('sets a timer to the instant itself at the pace of the world', () => {
    const clock = clockAt(1);
    expect(clock.timerAt(serviceOrigin + 5000)).toBe(clock.realAt(serviceOrigin + 5000));
  });

  it('sets a timer earlier when sped up, by less than the second that a turn waits in place', () => {
    const clock = clockAt(1500);
    const lead = clock.realAt(serviceOrigin + 3_600_000) - clock.timerAt(serviceOrigin + 3_600_000);
    expect(lead).toBeGreaterThan(500);
    expect(lead).toBeLessThan(1000);
  });
});
