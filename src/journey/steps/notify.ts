import { z } from 'zod';
import { subjectId } from '../../domain/events/subject.js';
import { idText } from '../fields.js';
import { compileValues, heardByValues, needsOfValues, referencesOfValues, type Values, valueSource, valuesOf } from '../values.js';
import { oneWay, type StepKind } from './kind.js';
import type { StepBase } from './step.js';
import type { CallAsked } from './webhook.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly notify: NotifyStep;
  }
}

interface NotifyStep extends StepBase {
  readonly kind: 'notify';
  readonly to: string;
  /** `subject` and `text`. */
  readonly words: Values;
}

const words = valueSource.refine((value) => typeof value === 'string', 'must be text');

const yaml = z.strictObject({
  id: idText.optional(),
  to: idText.meta({ description: 'A receiver of shop.yaml: a mailbox of the team, or a url.' }),
  subject: words.meta({ description: 'What it is about, in a few words.', examples: ['Low rating for order {{ order.number }}'] }),
  text: words.optional().meta({ description: 'What the team should know.', examples: ['They gave {{ heard.rating.rating }} of 5.'] }),
});

/** Tells the team something, by email or by a webhook. It is no message to a customer: no consent, no cap, no holdout counts for it. */
export const notify: StepKind<NotifyStep, z.output<typeof yaml>, CallAsked> = {
  ...oneWay,
  yaml: () => yaml,
  compile({ to, subject, text }, { id, next, note }) {
    const values = compileValues({ subject, ...(text === undefined ? {} : { text }) });
    for (const named of referencesOfValues(Object.values(values))) note(named, 'text');
    note({ kind: 'receiver', name: to, by: ['email', 'webhook'] }, 'to');
    return { kind: 'notify', id, next, to, words: values };
  },
  needs: (step) => needsOfValues(Object.values(step.words)),
  takes: (step) => heardByValues(Object.values(step.words)),
  sentence: ({ to }) => `Tells ${to} of the team.`,
  move(step, state, context) {
    const { known, unknown } = valuesOf(step.words, state, context);
    const without = unknown.length === 0 ? '' : `, without ${unknown.join(' and ')}: not all of it is known`;
    return {
      kind: 'go',
      to: step.next,
      line: { kind: 'note', text: `Tells ${step.to} of the team${without}.` },
      asks: [{ kind: 'call', what: 'notice', to: step.to, orderId: subjectId(context.about, 'order'), data: known, isAwaited: false }],
    };
  },
};
