import { killsOfPerson, putQuizInto, quizJourney, quizThroughKills } from '../support/quiz-kills.js';
import type { Campaign } from './campaign.js';

const people = Number(process.env['QUIZ_PEOPLE'] ?? 10);
const kills = people * killsOfPerson;

/** A person answers a question, the power is cut, and they go on by the link in their mail. */
export const quizKilled: Campaign = {
  name: 'quiz',
  title: `kill -9 of everything between two questions of a quiz, ${kills} times`,
  journeys: { asks: quizJourney },
  prepare: putQuizInto,
  limitMs: 3_600_000,
  async run(scene) {
    let instance = await scene.start();
    const began = performance.now();
    let killed = 0;
    const killAndStart = async () => {
      await scene.killEverything();
      instance = await scene.start();
      killed += 1;
      scene.say(`Killed ${killed} of ${kills} times.`);
    };
    const lost = await quizThroughKills({ instance: () => instance, killAndStart }, people);
    const each = Math.round((performance.now() - began) / kills / 100) / 10;
    return {
      seen: { people, kills, 'answers that the page took': kills, 'answers lost': lost.length, 'seconds for each, with the restart': each },
      problems: lost,
    };
  },
};
