import { drawArm, isKeptBack } from '../domain/experiments/assign.js';
import { day, type Instant } from '../domain/time/instant.js';
import type { ConditionFacts } from './conditions/condition.js';
import { evaluate } from './conditions/kind-of.js';
import { armOf, type Experiment, type ExperimentArm, type LiveExperiment, segmentOf } from './experiment.js';

/** What a turn knows of one experiment and of the person in it. */
export interface KnownExperiment {
  /** Null: it is not in force. */
  readonly live: LiveExperiment | null;
  /** The arm that the person, or the entry, has already in this run of it; null: none. */
  readonly exposed: string | null;
  /** What was decided and is carried out; null: nothing. */
  readonly kept: KeptArm | null;
  /** Whether the person belongs to each segment that is known, where the experiment names segments. */
  readonly places?: Readonly<Record<string, boolean>> | null;
}

/** A decision that is carried out: everybody gets this arm, but for those who are kept back for four weeks. */
export interface KeptArm {
  readonly arm: string;
  /** Segments whose people get another one; absent, null: none. */
  readonly segments?: Readonly<Record<string, string>> | null;
  readonly since: Instant;
}

/** Whose arms are asked for. */
export interface Units {
  readonly person: string;
  readonly entry: string;
}

export type Assigned =
  /** `exposes`: it is recorded now, because it was not before. */
  | { readonly kind: 'arm'; readonly arm: ExperimentArm; readonly exposes: boolean }
  /** By a decision: nobody is exposed any more. */
  | { readonly kind: 'kept'; readonly arm: ExperimentArm }
  | { readonly kind: 'none'; readonly why: NoArm };

export type NoArm = 'not-in-force' | 'held-out' | 'namespace' | 'audience' | 'coverage' | 'gone';

/** So long people are kept back after a decision. */
export const keptBackMs = 28 * day;

/**
 * The arm of a person, or of an entry. The recorded arm wins over the hash, so neither weights nor a restart, an alias or a new version
 * move anybody. Who is held out already takes no part.
 */
export function assignArm(known: KnownExperiment, units: Units, facts: ConditionFacts, isHeldOut: boolean): Assigned {
  if (known.live === null) return { kind: 'none', why: 'not-in-force' };
  const { definition } = known.live;
  if (known.kept !== null) return byDecision(definition, known.kept, units, { at: facts.at, places: known.places ?? {} });
  if (known.exposed !== null) return told(definition, known.exposed);
  if (isHeldOut) return { kind: 'none', why: 'held-out' };
  if (definition.audience !== null && evaluate(definition.audience, facts) !== 'true') return { kind: 'none', why: 'audience' };
  const drawn = drawArm(definition, units[definition.unit]);
  if (drawn.kind === 'outside') return { kind: 'none', why: drawn.why };
  const arm = armOf(definition, drawn.arm);
  return arm === undefined ? { kind: 'none', why: 'gone' } : { kind: 'arm', arm, exposes: true };
}

function told(definition: Experiment, id: string): Assigned {
  const arm = armOf(definition, id);
  return arm === undefined ? { kind: 'none', why: 'gone' } : { kind: 'arm', arm, exposes: false };
}

interface Now {
  readonly at: Instant;
  readonly places: Readonly<Record<string, boolean>>;
}

function byDecision(definition: Experiment, kept: KeptArm, units: Units, { at, places }: Now): Assigned {
  const isLate = at >= kept.since + keptBackMs;
  const stays = !isLate && isKeptBack(`kept-back:${definition.seed}`, definition.keptBack, units[definition.unit]);
  const arm = armOf(definition, stays ? definition.control : armFor(definition, kept, places));
  return arm === undefined ? { kind: 'none', why: 'gone' } : { kind: 'kept', arm };
}

/** Of the segment in which the person is now; who is in none that is known gets the arm of all people. */
function armFor({ segments }: Experiment, kept: KeptArm, places: Now['places']): string {
  const segment = segments === undefined ? null : segmentOf(segments, places);
  return (segment === null ? undefined : kept.segments?.[segment]) ?? kept.arm;
}
