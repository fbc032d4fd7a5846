import type { AttemptOutcome } from '../../src/domain/messages/message.js';
import { hour, minute, second } from '../../src/domain/time/instant.js';
import type { TwinDeed, TwinScript } from './twin-script.js';

const accepted: AttemptOutcome = { kind: 'accepted', providerId: 'p' };

function added(after: number, cart = 0, product = 'mug'): TwinDeed {
  return { kind: 'event', after, event: { who: 'ann', lateMs: 0, type: 'added', cart, product } };
}

function script(deeds: readonly TwinDeed[], more: Partial<TwinScript> = {}): TwinScript {
  return { deeds, faults: [accepted], ...more };
}

/**
 * Where service and simulator told different stories once, and what others do to the same people. `says`: what the story holds, so that
 * each is about its case.
 */
export const fixedScripts: readonly { readonly name: string; readonly script: TwinScript; readonly says: RegExp }[] = [
  {
    name: 'a journey that is paused when it is time, and then somebody takes the person out',
    script: script([
      added(0),
      { kind: 'pause', after: 30 * minute, scope: 'cart' },
      { kind: 'exit', after: 2 * hour, of: 0 },
      { kind: 'resume', after: 3 * hour, scope: 'cart' },
    ]),
    says: /"outcome":"not-entered","reason":"by-request"/,
  },
  {
    name: 'a provider that is busy twelve times',
    script: script([added(0)], { busyTimes: 12 }),
    says: /"attempts":13/,
  },
  {
    name: 'no answer, and then a complaint',
    script: script([added(0), { kind: 'receipt', after: hour + 500, of: 0, status: 'complained' }], {
      faults: [{ kind: 'unknown', code: 'reset' }],
    }),
    says: /not known|once more/,
  },
  {
    name: 'a cart that is touched ten minutes before a resume',
    script: script([
      added(0),
      { kind: 'pause', after: 30 * minute, scope: 'cart' },
      added(110 * minute, 0, 'tin'),
      { kind: 'resume', after: 2 * hour, scope: 'cart' },
    ]),
    says: /"enteredAt":1953982200000/,
  },
  {
    name: 'a message that a catch-up passes over',
    script: script([
      { kind: 'pause', after: 0, scope: 'all' },
      { kind: 'event', after: minute, event: { who: 'bob', lateMs: 0, type: 'viewed', cart: 0, product: 'mug' } },
      { kind: 'resume', after: hour, scope: 'all' },
    ]),
    says: /"decision":"skip","reason":"paused"/,
  },
  {
    name: 'a letter to three, a receipt to one of them, and a cart reminder',
    script: script([
      { kind: 'broadcast', after: 0, to: ['ann', 'bob', 'cyd'], overMs: 5 * hour },
      { kind: 'message', after: hour, who: 'bob' },
      added(hour),
    ]),
    says: /"step":"message"/,
  },
  {
    name: 'somebody who looks, leaves the segment by time alone, buys, and is let back in',
    script: script([
      { kind: 'event', after: 0, event: { who: 'bob', lateMs: 0, type: 'viewed', cart: 0, product: 'mug' } },
      { kind: 'event', after: 7 * hour, event: { who: 'bob', lateMs: 0, type: 'ordered', cart: 3, product: 'mug' } },
      { kind: 'event', after: 8 * hour, event: { who: 'ann', lateMs: 20 * minute, type: 'viewed', cart: 0, product: 'tin' } },
    ]),
    says: /"journey":"faded".*"outcome":"converted","reason":"bought".*"name":"segment.left","at":\d+,"segment":"buyers"/,
  },
  {
    name: 'a visitor who looked and turns out to be somebody',
    script: script([
      { kind: 'event', after: 0, event: { who: 'visitor-1', lateMs: 0, type: 'viewed', cart: 0, product: 'mug' } },
      { kind: 'event', after: hour, event: { who: 'visitor-1', lateMs: 0, type: 'identified', as: 'ann' } },
      { kind: 'event', after: 30 * hour, event: { who: 'ann', lateMs: 0, type: 'viewed', cart: 0, product: 'mug' } },
    ]),
    says: /"segment":"lookers"/,
  },
  {
    name: 'two people with one inbox, of whom the other orders',
    script: script([
      { kind: 'event', after: 0, event: { who: 'bob', lateMs: 0, type: 'shares', as: 'ann' } },
      added(second),
      { kind: 'event', after: 2 * hour, event: { who: 'bob', lateMs: 0, type: 'ordered', cart: 3, product: 'mug' } },
    ]),
    says: /"outcome":"converted"/,
  },
];
