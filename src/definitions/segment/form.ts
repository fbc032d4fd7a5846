import { z } from 'zod';
import { compileCondition, conditionSource } from '../../journey/condition-source.js';
import { allConditions, conditionKind } from '../../journey/conditions/kind-of.js';
import { error, type Finding, type Reference } from '../../journey/finding.js';
import { eventFindings, topicFindings } from '../../journey/lint.js';
import type { DefinitionContext, DefinitionForm } from '../kind.js';
import type { SegmentDefinition } from './segment.js';

const idText = z
  .string()
  .regex(
    /^(?!constructor$)[a-z][a-z0-9_-]{0,62}$/,
    'must be a name of lower-case letters, digits, hyphens and underscores, such as recent_buyers',
  );

const schema = z
  .strictObject({
    segment: idText.meta({
      description: 'Its id: the name of the file, and what journeys and broadcasts name.',
      examples: ['recent_browsers'],
    }),
    name: z.string().min(1).max(200).meta({ description: 'For people: Looked and did not buy.' }),
    description: z.string().max(2000).optional(),
    who: conditionSource.meta({ description: 'Belongs who meets this. What is not known of a person does not hold.' }),
  })
  .meta({ id: 'Segment', title: 'Sojourn segment: a group of people' });
type SegmentSource = z.output<typeof schema>;

export const segmentForm: DefinitionForm<SegmentDefinition> = { schema, compile: (source: SegmentSource) => read(source).definition, lint };

function lint(source: SegmentSource, { topics }: DefinitionContext): readonly Finding[] {
  const { definition, references } = read(source);
  const foreign = allConditions(definition.who).find((one) => !['person', 'parts'].includes(conditionKind(one).about));
  return [
    ...(foreign === undefined
      ? []
      : [
          error(
            ['who'],
            `A segment asks about a person at any time, and "${foreign.kind}" asks about ${conditionKind(foreign).about === 'event' ? 'one event' : 'one entry of a journey'}.`,
            'Ask with identified, trait, event_count or consent, combined by all, any and not.',
          ),
        ]),
    ...eventFindings({ references }),
    ...(topics === null ? [] : topicFindings({ references }, topics)),
  ];
}

function read({ segment: id, name, description, who }: SegmentSource) {
  const references: Reference[] = [];
  const definition: SegmentDefinition = {
    id,
    name,
    description: description ?? null,
    who: compileCondition(who, ['who'], (named) => void references.push(named)),
  };
  return { definition, references };
}
