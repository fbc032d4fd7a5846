import { isKeptBack } from '../domain/experiments/assign.js';
import { day } from '../domain/time/instant.js';
import { originOf } from '../journey/internal.js';
import type { Exposed } from '../journey/steps/experiment.js';
import type { TurnWorld } from './world.js';

/** The names of the two arms of every holdout, in exposures and reports. */
export const holdoutArms = { heldOut: 'held-out', contacted: 'contacted' } as const;

/** Of the outcomes of a holdout: so long after a person's first entry. */
export const holdoutWindowMs = 30 * day;

/** A holdout that the entry is under: who is in it by the hash alone, so that it is known without a list. */
interface Holdout {
  /** `holdout:all`, or `holdout:<journey>`. */
  readonly name: string;
  readonly seed: string;
  readonly version: number;
  readonly isHeldOut: boolean;
}

type World = Pick<TurnWorld, 'definition' | 'entry' | 'policies'>;

/** Whether the person goes without what this entry would send: of the journey's own holdout, or of the one over all journeys. */
export function isHeldOut(world: World): boolean {
  return holdoutsOf(world).some((one) => one.isHeldOut);
}

/** Told down when the person enters, for both arms. Messages of the shop's own and broadcasts only heed the holdout. */
export function holdoutExposures(world: World): readonly Exposed[] {
  if (originOf(world.definition.id) !== 'journey') return [];
  return holdoutsOf(world).map(({ name, seed, version, isHeldOut: isOut }) => ({
    kind: 'exposed',
    experiment: name,
    seed,
    version,
    unit: world.entry.profileId,
    arm: isOut ? holdoutArms.heldOut : holdoutArms.contacted,
    windowMs: holdoutWindowMs,
  }));
}

function holdoutsOf({ definition, entry, policies }: World): readonly Holdout[] {
  const { classes, holdout, version } = policies.classes;
  if (!classes[definition.class].isHeldOut) return [];
  return [
    ...(holdout === undefined || holdout.share === 0
      ? []
      : [holdoutNamed('all', holdout.season, holdout.share, { version, person: entry.profileId })]),
    ...(definition.holdout === 0
      ? []
      : [holdoutNamed(definition.id, definition.id, definition.holdout, { version: entry.version, person: entry.profileId })]),
  ];
}

function holdoutNamed(
  of: string,
  seed: string,
  share: number,
  { version, person }: { readonly version: number; readonly person: string },
): Holdout {
  return { name: `holdout:${of}`, seed, version, isHeldOut: isKeptBack(`${of}:${seed}`, share, person) };
}
