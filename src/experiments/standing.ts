import { challengersOf, type Experiment } from '../journey/experiment.js';
import { isDecided, type TestState } from '../statistics/decision.js';
import { decisionSentence } from '../statistics/decision-sentence.js';
import { rulesOf } from './look.js';

/** As on a street: `off` before the first look. */
export type Light = 'off' | 'amber' | 'green' | 'red';

const lights: Readonly<Record<TestState['kind'], Light>> = {
  collecting: 'off',
  look: 'amber',
  winner: 'green',
  loser: 'red',
  'harm-stop': 'red',
  'inconclusive-cheapest': 'amber',
  invalid: 'red',
  earning: 'amber',
};

export function lightOf({ kind }: TestState): Light {
  return lights[kind];
}

/** Where it stands, in one sentence. */
export function sentenceOf(experiment: Experiment, state: TestState, language: 'en' | 'de'): string {
  const control = experiment.arms.find(({ id }) => id === experiment.control);
  const names = { control: control?.name ?? experiment.control, challengers: challengersOf(experiment).map(({ name }) => name) };
  return decisionSentence(state, names, rulesOf(experiment), language);
}

/** The day of the next planned look; null: none comes. */
export function nextLookDay({ plan }: Experiment, state: TestState): number | null {
  if (isDecided(state) || state.kind === 'earning') return null;
  const taken = state.looks.at(-1)?.look ?? 0;
  return plan.lookDays[taken] ?? null;
}

/** The arm that the state keeps; null: it keeps none, because nothing is known yet or the test is broken. */
export function armKept(experiment: Experiment, state: TestState): string | null {
  const challenger = (place: number | null): string =>
    place === null ? experiment.control : (challengersOf(experiment)[place]?.id ?? experiment.control);
  switch (state.kind) {
    case 'collecting':
    case 'look':
    case 'invalid':
    case 'earning':
      return null;
    case 'winner':
    case 'inconclusive-cheapest':
      return challenger(state.challenger);
    case 'loser':
    case 'harm-stop':
      return experiment.control;
  }
}

/** Whether anything of an effect may be shown: not before the first planned look, and never where the split is broken. */
export function showsEffect(state: TestState): boolean {
  if (state.kind === 'earning') return state.isOpen;
  return state.kind !== 'invalid' && (state.looks.length > 0 || isDecided(state));
}
