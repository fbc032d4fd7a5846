import { z } from 'zod';
import { eventKey, refusalName } from '../../domain/events/event-key.js';
import { idText } from '../fields.js';
import { error, type Finding } from '../finding.js';
import { compileValues, heardByValues, needsOfValues, referencesOfValues, type Values, valuesOf, valuesSource } from '../values.js';
import { factOfClientEvent } from '../words.js';
import { beginsByItself } from './circles.js';
import { oneWay, type StepKind } from './kind.js';
import type { StepBase } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly emit: EmitStep;
  }
}

interface EmitStep extends StepBase {
  readonly kind: 'emit';
  readonly event: string;
  readonly properties: Values;
}

const yaml = z.strictObject({
  id: idText.optional(),
  event: z
    .string()
    .min(1)
    .max(200)
    .meta({ description: 'The name of the event. Journeys, segments and conditions hear it as event:<name>.', examples: ['Became A Fan'] }),
  properties: valuesSource.default({}),
});

/** Tells an event of the person, which journeys, waits and segments hear like any other. */
export const emit: StepKind<EmitStep, z.output<typeof yaml>> = {
  ...oneWay,
  yaml: () => yaml,
  compile({ event, properties }, { id, next, note }) {
    const values = compileValues(properties);
    for (const named of referencesOfValues(Object.values(values))) note(named, 'properties');
    return { kind: 'emit', id, next, event: event.trim(), properties: values };
  },
  needs: ({ properties }) => needsOfValues(Object.values(properties)),
  takes: ({ properties }) => heardByValues(Object.values(properties)),
  lint: (step, { definition, path }) => [...nameFindings(step.event, [...path, 'event']), ...beginsByItself(definition, step, path)],
  sentence: ({ event }) => `Tells the event ${event}.`,
  move(step, state, context) {
    if (state.dueAt !== null) return { kind: 'go', to: step.next, line: null };
    const { known, unknown } = valuesOf(step.properties, state, context);
    const without = unknown.length === 0 ? '' : `, without ${unknown.join(', ')}: not known`;
    return {
      kind: 'say',
      event: { type: 'track', name: step.event, properties: known },
      line: { kind: 'note', text: `Tells the event ${step.event}${without}.` },
    };
  },
};

/** What the shop's events say of carts, orders and consent only the shop and the person can say. */
function nameFindings(event: string, path: readonly PropertyKey[]): readonly Finding[] {
  const own = event.trim().replace(/^event:/, '');
  const suggestion = 'Give the event a name of its own.';
  if (own === '') return [error(path, 'An event needs a name.', suggestion)];
  if (event.trim().startsWith('event:'))
    return [error(path, 'The name of an event is written without "event:" here.', `Write "${own.trim()}".`)];
  if (refusalName(own) !== null || eventKey(own) === 'consent granted')
    return [error(path, `"${own}" is about consent.`, 'Use the step set_consent.')];
  const fact = factOfClientEvent(own);
  if (fact !== null) return [error(path, `"${own}" is what the shop tells (${fact}): a journey cannot say it in its place.`, suggestion)];
  return [];
}
