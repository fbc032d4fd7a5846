import fc from 'fast-check';
import { expect, test } from 'vitest';
import { earliestAfter } from '../../../src/journey/conditions/kind.js';
import { nextEdge, windowEdges } from '../../../src/journey/conditions/window.js';

const instants = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 6 });
const windows = fc.option(fc.integer({ min: 1, max: 40 }), { nil: null });

test('the next edge of a window is the earliest of all its edges that lie ahead', () => {
  fc.assert(
    fc.property(instants, windows, fc.integer({ min: 0, max: 60 }), (happened, windowMs, now) => {
      const edges = happened.flatMap((at) => windowEdges(at, windowMs));
      expect(nextEdge(happened, windowMs, now)).toBe(earliestAfter(now, edges));
    }),
  );
});
