import { z } from 'zod';
import { idText } from '../fields.js';
import { error } from '../finding.js';
import { compileValues, heardByValues, needsOfValues, referencesOfValues, type Values, valuesOf, valuesSource } from '../values.js';
import type { StepKind } from './kind.js';
import type { StepBase } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly enter_journey: EnterJourneyStep;
  }
}

interface EnterJourneyStep extends StepBase {
  readonly kind: 'enter_journey';
  readonly journey: string;
  readonly with: Values;
}

const yaml = z.strictObject({
  id: idText.optional(),
  journey: idText.meta({ description: 'The journey that the person enters too, whatever its trigger. Its own rules of entry count.' }),
  with: valuesSource.default({}).meta({ description: 'What the other journey has as trigger.….', examples: [{ reason: 'no-order' }] }),
});

/** Asks for an entry of another journey, about the same cart and order. This one goes on. */
export const enterJourney: StepKind<EnterJourneyStep, z.output<typeof yaml>> = {
  yaml: () => yaml,
  inside: () => [],
  compile({ journey, with: written }, { id, next, note }) {
    const values = compileValues(written);
    note({ kind: 'journey', name: journey }, 'journey');
    for (const named of referencesOfValues(Object.values(values))) note(named, 'with');
    return { kind: 'enter_journey', id, next, journey, with: values };
  },
  isEnd: false,
  ways: ({ next }) => [{ to: next }],
  listens: () => [],
  reads: () => [],
  needs: (step) => needsOfValues(Object.values(step.with)),
  takes: (step) => heardByValues(Object.values(step.with)),
  lint: ({ journey }, { definition, path }) =>
    journey === definition.id
      ? [
          error(
            [...path, 'journey'],
            'This step enters its own journey: the journey would begin itself again and again.',
            'Name another journey, or let wait_until and branches do it in one entry.',
          ),
        ]
      : [],
  sentence: ({ journey }) => `Enters the journey ${journey}, if its rules let it.`,
  dueAt: () => null,
  arrival: () => null,
  move(step, state, context) {
    if (state.dueAt !== null) return { kind: 'go', to: step.next, line: null };
    const { known, unknown } = valuesOf(step.with, state, context);
    const without = unknown.length === 0 ? '' : `, without ${unknown.join(', ')}: not known`;
    return {
      kind: 'say',
      event: { type: 'call', journey: step.journey, about: context.about, properties: known },
      line: { kind: 'note', text: `Asks for an entry of the journey ${step.journey}${without}.` },
    };
  },
  message: () => null,
};
