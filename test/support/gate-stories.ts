import fc from 'fast-check';
import type { AttemptOutcome } from '../../src/domain/messages/message.js';
import { day, hour, minute } from '../../src/domain/time/instant.js';
import type { Store } from '../../src/store/db.js';
import { type Deed, GateWorld } from './gate-world.js';
import { noon } from './shop-events.js';

const outcome: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<AttemptOutcome>({ kind: 'accepted', providerId: 'p' }) },
  { weight: 2, arbitrary: fc.constant<AttemptOutcome>({ kind: 'not-sent', code: 'smtp-451', retry: true }) },
  { weight: 1, arbitrary: fc.constant<AttemptOutcome>({ kind: 'not-sent', code: 'smtp-550', retry: false }) },
  { weight: 1, arbitrary: fc.constant<AttemptOutcome>({ kind: 'unknown', code: 'reset' }) },
);
const channel = fc.constantFrom('email' as const, 'sms' as const);
const index = fc.nat({ max: 5 });
const turns: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constant('turn' as const),
  of: fc.uniqueArray(index, { minLength: 1, maxLength: 4 }),
});
const pass: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constant('pass' as const),
  ms: fc.constantFrom(minute, 20 * minute, hour, 6 * hour, 13 * hour, day),
});
const lower = fc.constant<Deed>({ kind: 'lower' });
const pauses: fc.Arbitrary<Deed> = fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const), channel });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: turns },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), of: index, afterCall: fc.boolean() }) },
  { weight: 5, arbitrary: pass },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), channel }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('exit' as const), of: index }) },
  { weight: 1, arbitrary: lower },
  { weight: 2, arbitrary: pauses },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer' as const), channel, outcome }) },
);

/** What happens to one person: which messages want to reach them, from when, and in what order who does what. */
export type GateStory = { readonly wanted: readonly number[]; readonly startsAt: number; readonly deeds: readonly Deed[] };

const storyOf = (one: fc.Arbitrary<Deed>): fc.Arbitrary<GateStory> =>
  fc.record({
    wanted: fc.array(fc.nat({ max: 5 }), { minLength: 3, maxLength: 6 }),
    startsAt: fc.integer({ min: 0, max: 23 }).map((hours) => noon + hours * hour),
    deeds: fc.array(one, { minLength: 2, maxLength: 10 }),
  });

/** Turns, crashes, answers of providers, opt-outs, exits, pauses and lowered caps. */
export const anyStory = storyOf(deed);
/** Turns and time alone, with caps that may be lowered: what is left in which a missing safeguard of the caps would show soonest. */
export const capStory = storyOf(fc.oneof({ weight: 5, arbitrary: turns }, { weight: 4, arbitrary: pass }, { weight: 1, arbitrary: lower }));
/** Turns and time with pauses, under caps that stay as they are. */
export const pauseStory = storyOf(
  fc.oneof({ weight: 5, arbitrary: turns }, { weight: 4, arbitrary: pass }, { weight: 2, arbitrary: pauses }),
);

/** Plays a story to its end. `isShared`: with two profiles that share one inbox and one number. Answers what did not hold, in sentences. */
export async function playGateStory(store: Store, { wanted, startsAt, deeds }: GateStory, isShared = false): Promise<readonly string[]> {
  const world = await GateWorld.open(store, wanted, startsAt, isShared);
  for (const one of deeds) await world.do(one);
  await world.drain();
  return world.problems();
}
