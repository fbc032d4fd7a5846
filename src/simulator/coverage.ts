import type { JourneyDefinition } from '../journey/definition.js';
import { stepsInOrder } from '../journey/graph.js';
import { messageOf, toldWays } from '../journey/steps/kind-of.js';
import type { Story } from './story.js';

/** What scenarios can reach of a journey: a condition of entry that does not hold, a step, a way out of it, an exit, a template. */
interface Part {
  readonly kind: 'filter' | 'step' | 'way' | 'exit' | 'template';
  /** A way is `<step> → <way>`. */
  readonly id: string;
  readonly isReached: boolean;
}

/** What some stories reach of the journey, in the order of its file. */
export interface Coverage {
  readonly journey: string;
  readonly parts: readonly Part[];
}

/**
 * How much of its definition a journey's stories reach. A template is reached when its message was sent, not when it was only asked for.
 */
export function coverageOf(definition: JourneyDefinition, stories: readonly Story[]): Coverage {
  const isOwn = (row: { readonly journey: string | null }): boolean => row.journey === definition.id;
  const lines = stories.flatMap((story) => story.lines.filter(isOwn));
  const entries = stories.flatMap((story) => story.entries.filter(isOwn));
  const messages = stories.flatMap((story) => story.messages.filter(isOwn));
  const ended = (outcomes: readonly (string | null)[], reason: string): boolean =>
    entries.some((entry) => entry.reason === reason && outcomes.includes(entry.outcome));
  const steps = stepsInOrder(definition);
  const templates = steps.flatMap((step) => messageOf(step)?.template ?? []);
  return {
    journey: definition.id,
    parts: [
      ...distinct(definition.entry.filters.map(({ reason }) => reason)).map(
        (id): Part => ({ kind: 'filter', id, isReached: ended(['not-entered'], id) }),
      ),
      ...steps.map(({ id }): Part => ({ kind: 'step', id, isReached: lines.some(({ step }) => step === id) })),
      ...steps.flatMap((step) =>
        toldWays(step).map(({ way, begins }): Part => {
          const isReached = lines.some((line) => line.step === step.id && line.kind === 'branch' && says(line.text, begins));
          return { kind: 'way', id: `${step.id} → ${way}`, isReached };
        }),
      ),
      ...definition.exits.map(({ id }): Part => ({ kind: 'exit', id, isReached: ended(['exited', 'converted'], id) })),
      ...distinct(templates).map(
        (id): Part => ({ kind: 'template', id, isReached: messages.some(({ template, state }) => template === id && state === 'sent') }),
      ),
    ],
  };
}

/** `welcome-quiz: 15 of 15 steps, 11 of 12 ways reached. Not reached: the way texts → yes-texts.` */
export function describeCoverage({ journey, parts }: Coverage): string {
  const counts = kinds.flatMap(([kind, words]) => {
    const all = parts.filter((part) => part.kind === kind);
    return all.length === 0 ? [] : [`${all.filter(({ isReached }) => isReached).length} of ${all.length} ${words}`];
  });
  const missing = parts.filter(({ isReached }) => !isReached).map(({ kind, id }) => `the ${kind} ${id}`);
  return `${journey}: ${counts.join(', ')} reached.${missing.length === 0 ? '' : ` Not reached: ${missing.join(', ')}.`}`;
}

const kinds = [
  ['filter', 'filters'],
  ['step', 'steps'],
  ['way', 'ways'],
  ['exit', 'exits'],
  ['template', 'templates'],
] as const;

/** Whether the words stand at its beginning: not only as the beginning of a longer word. */
function says(text: string, begins: string): boolean {
  return text.startsWith(begins) && !/[\w-]/.test(text.charAt(begins.length));
}

function distinct(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}
