import { beforeAll, expect, test } from 'vitest';
import { describeOnBothStores } from '../../support/stores.js';
import { firstNumber, summaryOf, turnCases } from '../../support/turn-contract.js';
import { playInMemory, playInStore, prepareTwinStore } from '../../support/twin-worlds.js';

describeOnBothStores('a turn, in the store', (store) => {
  beforeAll(() => prepareTwinStore(store()));

  test.each(turnCases.map((one, index) => [one.name, one, index] as const))('%s', async (_name, { given, look, is }, index) => {
    const told = await playInStore(store(), firstNumber + index, given);
    expect(look(summaryOf(told))).toEqual(is);
    expect(await playInMemory(firstNumber + index, given), 'in memory it is the same').toEqual(told);
  });
});
