import { z } from 'zod';
import type { StepId } from '../../src/domain/values/ids.js';
import { idText } from '../../src/journey/fields.js';
import { error } from '../../src/journey/finding.js';
import type { StepKind, StepParts } from '../../src/journey/steps/kind.js';
import type { StepBase } from '../../src/journey/steps/step.js';
import type { PointsGiven } from './trial-effect.js';

interface RewardStep extends StepBase {
  readonly kind: 'reward';
  readonly points: number;
  /** Where those go who have enough already. */
  readonly enough: StepId | null;
  readonly most: number;
}

const yaml = ({ steps }: StepParts) =>
  z.strictObject({
    id: idText.optional(),
    points: z.number().int().meta({ description: 'How many points.' }),
    most: z.number().int().default(100),
    get enough() {
      return z.strictObject({ steps: steps() }).optional();
    },
  });

/** A kind on trial: gives points, which the store and the world in memory write with the entry. */
export const reward: StepKind<RewardStep, z.output<ReturnType<typeof yaml>>, PointsGiven> = {
  yaml,
  inside: ({ enough }) => [{ at: ['enough', 'steps'], steps: enough?.steps ?? [] }],
  compile: ({ points, most }, { id, next, way }) => ({ kind: 'reward', id, next, points, most, enough: way(0) }),
  isEnd: false,
  ways: ({ enough, next }) => [{ to: enough }, { to: next }],
  listens: () => [],
  reads: () => [],
  needs: () => [],
  lint: ({ id, points }, { path }) =>
    points > 0 ? [] : [error([...path, 'points'], `The step "${id}" gives no points.`, 'Write 1 or more.')],
  sentence: ({ points }) => `Gives ${points} points.`,
  dueAt: () => null,
  arrival: () => null,
  move(step, state) {
    const had = state.trigger['points'];
    if (typeof had === 'number' && had >= step.most) return { kind: 'go', to: step.enough, line: { kind: 'branch', text: 'Has enough.' } };
    return {
      kind: 'go',
      to: step.next,
      line: { kind: 'note', text: `Gives ${step.points} points.` },
      asks: [{ kind: 'points_given', points: step.points }],
    };
  },
  message: () => null,
};
