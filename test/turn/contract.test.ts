import { describe, expect, test } from 'vitest';
import { firstNumber, summaryOf, turnCases } from '../support/turn-contract.js';
import { playInMemory } from '../support/twin-worlds.js';

describe('a turn, in memory', () => {
  test.each(turnCases.map((one, index) => [one.name, one, index] as const))('%s', async (_name, { given, look, is }, index) => {
    expect(look(summaryOf(await playInMemory(firstNumber + index, given)))).toEqual(is);
  });
});
