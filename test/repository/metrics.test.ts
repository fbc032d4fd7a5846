import { expect, test } from 'vitest';
import { noticeCodes } from '../../src/domain/values/notice-code.js';
import { createMetrics } from '../../src/metrics.js';
import { textOf } from '../support/repository.js';

const page = textOf('docs/operations.md');
const told = new Set([...page.matchAll(/`(sojourn_[a-z_]+)/g)].map(([, name]) => name));

test('docs/operations.md tells what each metric of ours means', () => {
  const ours = createMetrics()
    .registry.getMetricsAsArray()
    .map(({ name }) => name)
    .filter((name) => name.startsWith('sojourn_'));
  expect(ours.length).toBeGreaterThan(5);
  expect(ours.filter((name) => !told.has(name))).toEqual([]);
});

test('docs/operations.md names each notice of the status', () => {
  const row = page.split('\n').find((line) => line.startsWith('| `sojourn_notice{code}` |'));
  expect(noticeCodes.filter((code) => row?.includes(`\`${code}\``) !== true)).toEqual([]);
});
