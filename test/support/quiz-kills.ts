import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiClient } from '../../examples/instance.js';
import { sendBatch } from './shop-client.js';
import { eventually, mailsTo, profileOf } from './watching.js';

/** Whoever agrees to mails gets the invitation to the quiz at once. */
export const quizJourney = `journey: asks
name: Asks
class: marketing
topic: welcome
trigger: { event: { name: consent.granted } }
entry: { reentry: always }
steps:
  - send: { id: invite, channel: email, template: welcome-invite, deadline: PT4H }
`;

/** Puts the shipped quiz, and the fields that it fills, into a project. */
export async function putQuizInto(project: string): Promise<void> {
  for (const name of ['quizzes', 'fields.yaml']) await cp(name, join(project, name), { recursive: true });
}

/** The instance at hand, and the one after a power cut. */
export interface Mortal {
  readonly instance: () => ApiClient;
  readonly killAndStart: () => Promise<void>;
}

interface Choice {
  readonly question: string;
  /** The field that it fills, and what of. */
  readonly field: string;
  readonly answer: string;
}

/** A person's way through the quiz, a kill after each of them. */
const choices: readonly Choice[] = [
  { question: 'who', field: 'shops_for', answer: 'family' },
  { question: 'occasions', field: 'occasions', answer: 'wedding' },
  { question: 'style', field: 'style', answer: 'natural' },
];

/** So many questions does a person answer between power cuts. */
export const killsOfPerson = choices.length;

/**
 * People take the quiz by the link of their mail, and after each answer that the page has taken the power is cut. Answers sentences about
 * what was lost: an answer that is not kept, or a quiz that does not go on where it was left.
 */
export async function quizThroughKills({ instance, killAndStart }: Mortal, people: number): Promise<readonly string[]> {
  const lost: string[] = [];
  for (let n = 1; n <= people; n += 1) {
    const userId = `guest-${n}`;
    const path = await invite(instance(), userId);
    for (const [at, choice] of choices.entries()) {
      await give(`${instance().publicUrl}${path}`, choice);
      await killAndStart();
      const page = await (await fetch(`${instance().publicUrl}${path}`)).text();
      const next = choices[at + 1]?.question ?? 'allergies';
      if (!page.includes(`name="question" value="${next}"`))
        lost.push(`${userId}: after ${choice.question} the quiz does not go on at ${next}.`);
      lost.push(...(await missing(instance(), userId, choices.slice(0, at + 1))));
    }
  }
  return lost;
}

/** Answers the path of the link in the mail: the person has the mail, and an instance that starts again has another port. */
async function invite(instance: ApiClient, userId: string): Promise<string> {
  await sendBatch(instance, [
    { type: 'identify', userId, traits: { email: `${userId}@example.test` } },
    { type: 'track', userId, event: 'Consent Granted', properties: { channel: 'email', method: 'form', source: 'test', text: 'yes' } },
  ]);
  const mails = await eventually('the invitation', async () => {
    const all = await mailsTo(instance, `${userId}@example.test`);
    return all.length > 0 && all;
  });
  const path = /\/q\/[^\s/]+\/gift-finder/.exec(mails[0]?.Text ?? '')?.[0];
  if (path === undefined) throw new Error('The invitation has no link to the quiz.');
  return path;
}

async function give(quiz: string, { question, answer }: Choice): Promise<void> {
  const choice = question === 'occasions' ? { [`a.${answer}`]: 'on' } : { answer };
  const response = await fetch(quiz, {
    method: 'POST',
    body: new URLSearchParams({ move: 'next', question, ...choice }),
    redirect: 'manual',
  });
  if (response.status !== 303) throw new Error(`The answer to ${question} was answered ${response.status}.`);
}

async function missing(instance: ApiClient, userId: string, given: readonly Choice[]): Promise<readonly string[]> {
  const { items } = await instance.get<{ items: readonly { name: string; value: unknown; isCurrent: boolean }[] }>(
    `/v1/profiles/${await profileOf(instance, userId)}/answers`,
  );
  const kept = new Map(items.filter(({ isCurrent }) => isCurrent).map(({ name, value }) => [name, String(value)]));
  return given
    .filter(({ field, answer }) => kept.get(field) !== answer)
    .map(({ field, answer }) => `${userId}: ${field} is ${kept.get(field) ?? 'not there'}, and ${answer} was taken.`);
}
