import { expect, test } from 'vitest';
import type { PartState } from '../../src/api/deps.js';
import { neededFor, type Part, type Running, startParts } from '../../src/instance/part.js';
import { parts } from '../../src/instance/parts/list.js';
import { readConfig } from '../../src/settings/config.js';
import { silentLog } from '../support/log.js';
import { textOf } from '../support/repository.js';

const up = (name: string): PartState => ({ name, state: 'up', detail: null, needed: false });

/** Parts that write down what happens to them. */
function scripted(
  told: string[],
  ...given: readonly (readonly [string, readonly string[], Partial<Running<unknown>>?])[]
): readonly Part[] {
  return given.map(([name, needs, running = {}]) => ({
    name: name as Part['name'],
    needs: needs as Part['needs'],
    start: () => {
      told.push(`start ${name}`);
      return { value: name, stop: async () => void told.push(`stop ${name}`), ...running };
    },
  }));
}
const of = { config: readConfig({}), roles: new Set<never>(), log: silentLog, say: () => {} };

test('each part stands behind what it needs, and has a name of its own', () => {
  const before = new Set<string>();
  for (const { name, needs } of parts) {
    expect(needs.filter((need) => !before.has(need)).map((need) => `${name} needs ${need}, which is not before it`)).toEqual([]);
    expect(before.has(name)).toBe(false);
    before.add(name);
  }
});

test('they start in the order of the list, and stop in the reverse order', async () => {
  const told: string[] = [];
  const started = await startParts(scripted(told, ['store', []], ['clock', ['store']]), of);
  await started.stop();
  expect(told).toEqual(['start store', 'start clock', 'stop clock', 'stop store']);
});

test('where one cannot start, those before it are stopped, and its sentence is thrown', async () => {
  const told: string[] = [];
  const fails: Part = { name: 'clock', needs: [], start: () => Promise.reject(new Error('The clock is broken.')) };
  await expect(startParts([...scripted(told, ['store', []]), fails, ...scripted(told, ['secret', []])], of)).rejects.toThrow('broken');
  expect(told).toEqual(['start store', 'stop store']);
});

test('one that does not stop keeps none of the others', async () => {
  const told: string[] = [];
  const stuck = { stop: () => Promise.reject(new Error('stuck')) };
  const started = await startParts(scripted(told, ['store', []], ['clock', [], stuck]), of);
  await started.stop();
  expect(told).toContain('stop store');
});

test.each([
  ['up', true],
  ['down', false],
] as const)('the states are those of all parts that have one; with the store %s, the others are told so', async (state, isUp) => {
  const asked: boolean[] = [];
  const health = (isStoreUp: boolean) => {
    asked.push(isStoreUp);
    return [up('doors')];
  };
  const started = await startParts(
    scripted(
      [],
      ['temporal', [], { health }],
      ['store', [], { health: () => [{ ...up('store'), state }] }],
      ['clock', []],
      ['doors', [], { health }],
    ),
    of,
  );
  expect((await started.states()).map(({ name }) => name)).toEqual(['store', 'doors', 'doors']);
  expect(asked).toEqual([isUp, isUp]);
});

test('a process that publishes and ends starts what that needs, and no more', () => {
  expect(neededFor(['secret', 'published'], parts).map(({ name }) => name)).toEqual([
    'data folder',
    'project',
    'store',
    'clock',
    'secret',
    'policies',
    'opened',
    'published',
  ]);
});

test('docs/architecture.md names the parts in this order, with what each needs', () => {
  const rows = textOf('docs/architecture.md').matchAll(/^\| `([a-z. ]+)` \| ((?:`[a-z. ]+`(?:, )?)*|–) \|/gm);
  const written = [...rows].map(([, name, needs = '']) => [name, [...needs.matchAll(/`([^`]+)`/g)].map(([, need]) => need)]);
  expect(written).toEqual(parts.map(({ name, needs }) => [name, needs]));
});
