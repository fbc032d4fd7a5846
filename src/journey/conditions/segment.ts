import { segmentText } from '../../yaml/segment-text.js';
import { type ConditionKind, plain, truth } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly segment: SegmentCondition;
  }
}

interface SegmentCondition {
  readonly kind: 'segment';
  readonly id: string;
}

/**
 * Does the person belong to the segment? Not known where the segment is not in force, or where nobody has looked at the person since it
 * came in force.
 */
export const segment: ConditionKind<SegmentCondition, string> = {
  ...plain,
  yaml: () => segmentText.meta({ description: 'The person belongs to this segment.', examples: ['recent_buyers'] }),
  compile(id, { note }) {
    note({ kind: 'segment', name: id }, 'segment');
    return { kind: 'segment', id };
  },
  notMet: () => 'not-in-segment',
  about: 'person',
  needs: ({ id }) => [{ of: 'segments', id }],
  evaluate({ id }, { known }) {
    const isMember = known.segments?.[id];
    return isMember === undefined ? 'unknown' : truth(isMember);
  },
  describe: ({ id }, holds) => `the person ${holds ? 'belongs' : 'does not belong'} to the segment ${id}`,
};
