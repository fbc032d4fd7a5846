import { day } from '../../domain/time/instant.js';
import { error, type Finding } from '../../journey/finding.js';
import { toLimitMs } from '../../yaml/duration-source.js';
import type { ExperimentSource } from './source.js';

/** Where a bandit may be used, and where only a test says what is true. */
export function banditFindings(source: ExperimentSource): readonly Finding[] {
  const { bandit, arms, metric, unit, segments, factors, decision } = source;
  if (bandit === undefined) return [];
  const refused = (isWrong: boolean, path: readonly PropertyKey[], says: string, instead: string): readonly Finding[] =>
    isWrong ? [error([...path], says, instead)] : [];
  return [
    ...refused(
      arms.length < 3,
      ['bandit'],
      'A bandit between two arms is a test that answers less.',
      'Take bandit out, or add a third arm.',
    ),
    ...refused(
      toLimitMs(metric.window) >= 7 * day,
      ['metric', 'window'],
      `A bandit learns from what is known within a week, and the window is ${metric.window}.`,
      'Write a window under seven days, such as P6D, or take bandit out.',
    ),
    ...refused(
      arms.some(({ holdout_of: of }) => of !== undefined),
      ['bandit'],
      'A bandit has no holdout: its share would move with the weights.',
      'Take the holdout out; `holdout` of the journey measures what messages bring.',
    ),
    ...refused(unit !== 'person', ['unit'], 'A bandit draws people, each once.', 'Write unit: person.'),
    ...refused(
      segments !== undefined || factors !== undefined,
      [segments === undefined ? 'factors' : 'segments'],
      'A bandit does not say how much better an arm is, neither by segment nor by factor.',
      'Take bandit out to learn that.',
    ),
    ...refused(
      decision === 'automatic',
      ['decision'],
      'A bandit names no winner, so nothing is decided by itself.',
      'Write decision: by-hand.',
    ),
    ...refused(
      arms.length * bandit.floor >= 100,
      ['bandit', 'floor'],
      `${arms.length} arms of ${bandit.floor} percent leave nothing that could move.`,
      'Write a smaller floor.',
    ),
  ];
}
