import { expect, test } from 'vitest';
import { partsOfOthers } from '../../src/instance/presence.js';
import type { Role } from '../../src/settings/config.js';
import { deletePresence, readPresences, writePresence } from '../../src/store/presences.js';
import { openServerStore } from '../support/stores.js';

const up = (name: string) => ({ name, state: 'up' as const, detail: null });
const down = (name: string) => ({ name, state: 'down' as const, detail: 'away' });
const api: ReadonlySet<Role> = new Set(['api']);
const worker = { roles: ['worker' as const], parts: [up('temporal'), up('worker')] };
const relay = { roles: ['relay' as const], parts: [down('temporal'), up('relay')] };

test.each<[string, ReadonlySet<Role>, Parameters<typeof partsOfOthers>[1], boolean, readonly string[]]>([
  ['of several that have a part one that works is enough', api, [relay, worker], false, ['temporal up', 'relay up', 'worker up']],
  ['a role that nobody has is down', api, [worker], false, ['temporal up', 'relay down', 'worker up']],
  ['they may not have come yet', api, [], true, ['relay starting', 'worker starting']],
  ['a process with all roles asks nobody', new Set(['api', 'relay', 'worker']), [worker], false, []],
  ['of its own parts a process tells by itself', new Set(['worker']), [relay, worker], false, ['api down', 'relay up']],
])('%s', (_name, own, present, isStarting, told) => {
  expect(partsOfOthers(own, present, isStarting).map(({ name, state }) => `${name} ${state}`)).toEqual(told);
});

test('a process is known by what it said last, until it is silent or says goodbye', async () => {
  const { store, dispose } = await openServerStore();
  try {
    await writePresence(store.db, 'one', relay, 60_000);
    await writePresence(store.db, 'one', worker, 60_000);
    await writePresence(store.db, 'two', relay, 60_000);
    expect(await readPresences(store.db, 10_000)).toEqual(expect.arrayContaining([worker, relay]));
    expect(await readPresences(store.db, -1)).toEqual([]);
    await deletePresence(store.db, 'two');
    expect(await readPresences(store.db, 10_000)).toEqual([worker]);
    // What has been silent for long is forgotten by whoever speaks.
    await writePresence(store.db, 'three', relay, -1);
    expect(await readPresences(store.db, 10_000)).toEqual([relay]);
  } finally {
    await dispose();
  }
});
