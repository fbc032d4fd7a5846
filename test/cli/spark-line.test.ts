import { expect, test } from 'vitest';
import { sparkLine } from '../../src/cli/commands/segments.js';

test.each([
  [[], ''],
  [[5], '▁'],
  [[0, 0, 0], '▁▁▁'],
  [[0, 50, 100], '▁▅█'],
  [[3, 4, 10, 3], '▁▂█▁'],
])('%j is a line of blocks', (sizes, line) => {
  expect(sparkLine(sizes)).toBe(line);
});
