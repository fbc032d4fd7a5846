import { expect, test } from 'vitest';
import { stuckEntryListAnswer } from '../../src/api/contract/entries.js';
import type { ApiClient } from '../../src/cli/client.js';
import { findProfileId } from '../../src/cli/find-profile.js';
import { readAnswer } from '../../src/cli/read-answer.js';

const person = { profileId: 'p', name: null, email: 'ada@example.test', phone: null, userIds: ['u1'], erased: false };
/** A server that answers so. */
const answering = (answer: unknown) => ({ post: async () => answer }) as unknown as ApiClient;

test('an answer that reads as the contract has it is given back as it came, with what is new in it', () => {
  const answer = { items: [{ id: 'e', journeyId: 'j', workflowId: 'w', pokes: 5, fault: null, finding: 'f', isNew: true }] };
  expect(readAnswer(stuckEntryListAnswer, answer)).toBe(answer);
});

test.each([
  ['without what tells an exact hit from a part', { items: [person], isCut: false }],
  ['with ids by another name', { by: 'exact', items: [{ ...person, profileId: undefined, id: 'p' }], isCut: false }],
  ['with nothing', null],
])('nobody is chosen by an answer %s', async (_what, answer) => {
  await expect(findProfileId(answering(answer), 'ada', { exactly: true })).rejects.toThrow('different versions');
});

test('somebody is chosen by an answer of the contract', async () => {
  expect(await findProfileId(answering({ by: 'exact', items: [person], isCut: false }), 'ada', { exactly: true })).toBe('p');
});
