import { z } from 'zod';
import { conditionSource } from '../../journey/condition-source.js';
import { guardrailKinds, metricKinds } from '../../journey/experiment.js';
import { idText } from '../../journey/fields.js';
import { durationText } from '../../yaml/duration-source.js';
import { segmentText } from '../../yaml/segment-text.js';

const arm = z.strictObject({
  id: idText.meta({ description: 'What journeys, reports and exports call it.' }),
  name: z.string().min(1).max(100).optional().meta({ description: 'For people; the id where it is left out.' }),
  weight: z.number().min(0).max(100).meta({ description: 'Its share of the people in percent. Those of all arms make 100.' }),
  cost: z.number().min(0).default(0).meta({
    description: 'What its incentive costs a person, in the shop’s currency. Of arms that nobody can tell apart the cheapest is kept.',
  }),
  holdout_of: idText.optional().meta({
    description:
      'Walks the way of this arm, with its waits, and gets no marketing message: each is noted as one that would have been sent.',
  }),
});

const level = z.strictObject({
  id: idText,
  name: z.string().min(1).max(40).optional().meta({ description: 'For people; the id where it is left out.' }),
  cost: z.number().min(0).default(0).meta({ description: 'What its incentive costs a person, in the shop’s currency.' }),
});

const factor = z.strictObject({
  id: idText.meta({ description: 'What varies, such as subject.' }),
  levels: z
    .array(z.union([idText, level]))
    .min(2)
    .max(4)
    .meta({ description: 'Its values, the usual one first.' }),
});

const metric = z.strictObject({
  of: z.enum(metricKinds).meta({
    description:
      'margin: what is left of revenue after goods and discounts. The right one for incentives: a discount always wins on orders.',
  }),
  window: durationText.meta({ description: 'What counts happens so long after the person came to the step. Whole days.' }),
  margin_rate: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .meta({ description: 'margin: the share of revenue before discounts that is left after goods and handling, such as 0.4.' }),
});

const guardrail = z.strictObject({
  of: z.enum(guardrailKinds).meta({ description: 'stop: the answer STOP to a text.' }),
  at_most: z.number().gt(0).max(100).optional().meta({
    description:
      'So many percentage points more people than in the control may do it. 0.05 for unsubscribe, 0.1 for complaint, 0.5 for stop, 1 for refund where it is left out.',
  }),
});

const plan = z.strictObject({
  people: z
    .number()
    .int()
    .min(100)
    .meta({ description: 'People of all arms together at the end. `sojourn experiment plan` proposes a number.' }),
  looks: z.array(durationText).min(1).max(8).optional().meta({
    description:
      'When to look, counted from the first person: whole weeks, the last look ends it. Four weekly looks after the window where it is left out.',
  }),
  longer_than_eight_weeks: z
    .boolean()
    .default(false)
    .meta({ description: 'I know that holidays, prices and returning people blur such a test.' }),
});

export const experimentSource = z
  .strictObject({
    experiment: idText.meta({ description: 'Its id: the name of the file, and what journeys name.', examples: ['cart-offer'] }),
    name: z.string().min(1).max(200).meta({ description: 'For people, as a question: Does free shipping bring carts back?' }),
    description: z.string().max(2000).optional(),
    arms: z.array(arm).min(2).max(8).optional().meta({ description: 'Two to eight ways, each for a share of the people.' }),
    factors: z.array(factor).min(2).max(3).optional().meta({
      description:
        'Instead of arms: several things that vary at once. Each combination of levels is an arm, such as question-ten; all get the same share. Eight at most.',
    }),
    control: idText
      .optional()
      .meta({ description: 'The arm that the others are compared with. With factors the first level of each where it is left out.' }),
    unit: z
      .enum(['person', 'entry'])
      .default('person')
      .meta({ description: 'Whose arm it is, and stays. person: also in the next entry. entry: each entry is drawn by itself.' }),
    seed: idText
      .optional()
      .meta({ description: 'Another seed draws everybody afresh and starts the numbers again. The id where it is left out.' }),
    coverage: z
      .number()
      .min(0)
      .max(100)
      .default(100)
      .meta({ description: 'Percent of the people who take part. Raising it moves nobody.' }),
    namespace: z
      .strictObject({ name: idText, from: z.number().min(0).max(100), to: z.number().min(0).max(100) })
      .optional()
      .meta({
        description: 'Experiments in one namespace have parts of its people, from 0 to 100, that do not overlap: nobody is in two.',
      }),
    audience: conditionSource.optional().meta({ description: 'Who may take part. Others go on by `else` of the step.' }),
    metric,
    segments: z.array(segmentText).min(1).max(20).optional().meta({
      description:
        'Segments that may get another arm than all people, where that is sure. Somebody in several counts for the first; everybody else is `others`.',
    }),
    bandit: z
      .strictObject({
        floor: z.number().min(1).max(20).default(5).meta({ description: 'No arm gets fewer percent of the people.' }),
      })
      .optional()
      .meta({
        description:
          'Weights follow what arms bring, once a day: it earns, and tells nobody how much better an arm is. Three arms or more, a window under seven days.',
      }),
    guardrails: z
      .array(guardrail)
      .max(4)
      .optional()
      .meta({ description: 'Harms that a winner must not bring. unsubscribe and complaint where they are left out.' }),
    plan,
    decision: z
      .enum(['by-hand', 'automatic'])
      .default('by-hand')
      .meta({ description: 'by-hand: somebody carries it out with `sojourn experiment decide`. automatic: the service does.' }),
    keep_back: z
      .number()
      .min(0)
      .max(50)
      .default(5)
      .meta({ description: 'Percent of the people who stay with the control for four weeks after a decision.' }),
  })
  .meta({ id: 'Experiment', title: 'Sojourn experiment: who gets which arm, and what decides' });
export type WrittenExperiment = z.output<typeof experimentSource>;
export type ArmSource = NonNullable<WrittenExperiment['arms']>[number];
/** With arms and a control, however they were written. */
export type ExperimentSource = Omit<WrittenExperiment, 'arms' | 'control'> & {
  readonly arms: readonly ArmSource[];
  readonly control: string;
};
