import { z } from 'zod';
import { compileCondition, conditionSource } from '../../journey/condition-source.js';
import { allConditions, conditionKind } from '../../journey/conditions/kind-of.js';
import { error, type Finding, type Reference } from '../../journey/finding.js';
import { eventFindings, segmentFindings, topicFindings } from '../../journey/lint.js';
import { segmentText } from '../../yaml/segment-text.js';
import type { DefinitionContext, DefinitionForm } from '../kind.js';
import { readThrough } from './review.js';
import type { SegmentDefinition } from './segment.js';

const schema = z
  .strictObject({
    segment: segmentText.meta({
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

function lint(source: SegmentSource, { topics, peers }: DefinitionContext): readonly Finding[] {
  const { definition, references } = read(source);
  const foreign = allConditions(definition.who).find((one) => !['person', 'parts'].includes(conditionKind(one).about));
  return [
    ...(foreign === undefined
      ? []
      : [
          error(
            ['who'],
            `A segment asks about a person at any time, and "${foreign.kind}" asks about ${conditionKind(foreign).about === 'event' ? 'one event' : 'one entry of a journey'}.`,
            'Ask about the person, with trait, event_count, consent, segment and the like, combined by all, any and not.',
          ),
        ]),
    ...eventFindings({ references }),
    ...(topics === null ? [] : topicFindings({ references }, topics)),
    ...(peers === undefined ? [] : peerFindings({ definition, references }, peers as readonly SegmentDefinition[])),
  ];
}

/** What it says of other segments: that there are none such, or that it leads back to itself. */
function peerFindings({ definition, references }: ReturnType<typeof read>, peers: readonly SegmentDefinition[]): readonly Finding[] {
  const { id } = definition;
  const others = peers.filter((one) => one.id !== id);
  const all = [definition, ...others].map((one) => ({ version: 0, definition: one }));
  const missing = segmentFindings(
    { references },
    all.map((one) => one.definition.id),
  );
  const circular = references.filter((named) => named.kind === 'segment' && readThrough(all, named.name).has(id));
  return [
    ...missing.map((finding) => ({ ...finding, severity: 'warning' as const })),
    ...circular.map(({ path, name }) =>
      error(
        path,
        name === id ? 'A segment cannot ask about itself.' : `The segment "${name}" asks about this one, so neither could be judged first.`,
        'Write the conditions of one of them out instead of its name.',
      ),
    ),
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
