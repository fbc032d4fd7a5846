import { z } from 'zod';
import { channels } from '../domain/channel.js';
import type { TopicPolicy } from '../domain/policy/topic-policy.js';
import { topicText } from '../yaml/topic-text.js';
import { definePolicy, error, type Finding, type PolicyContext, repeatedIds } from './policy-source.js';

const language = z.string().regex(/^[a-z]{2,3}$/, 'must be a language such as en');
const texts = z.record(language, z.string().min(1));
const channelList = z.array(z.enum(channels));

const topic = z.strictObject({
  id: topicText,
  name: texts.meta({ description: 'What the preference centre calls it, in each language of the shop.' }),
  description: texts.default({}),
  channels: channelList.min(1),
  covered_by_marketing: channelList
    .default([])
    .meta({ description: 'Channels on which consent to marketing covers this topic; elsewhere it must be granted by name.' }),
  double_opt_in: channelList.default([]).meta({ description: 'Channels on which consent counts only once it is confirmed.' }),
  offered: z.boolean().default(true).meta({ description: 'Whether the preference centre shows it.' }),
});

const topicsSource = z
  .strictObject({ policy: z.literal('topics'), topics: z.array(topic).min(1) })
  .meta({ id: 'Topics', title: 'Sojourn topics: what people consent to' });
type TopicsSource = z.output<typeof topicsSource>;

export const topics = definePolicy({ kind: 'topics', schema: topicsSource, compile, lint });

function compile(source: TopicsSource): Omit<TopicPolicy, 'version'> {
  return {
    topics: source.topics.map(({ covered_by_marketing: coveredByMarketing, double_opt_in: doubleOptIn, offered: isOffered, ...rest }) => ({
      ...rest,
      coveredByMarketing,
      doubleOptIn,
      isOffered,
    })),
  };
}

function lint(source: TopicsSource, { languages }: PolicyContext): readonly Finding[] {
  const list = source.topics;
  return [
    ...repeatedIds(
      list.map(({ id }, index) => ({ id, path: ['topics', index, 'id'] })),
      'topic',
    ),
    ...(list.some(({ id }) => id === 'marketing')
      ? []
      : [
          error(
            ['topics'],
            'The topic "marketing" is missing: it is what a consent without a topic is given to.',
            'Add { id: marketing, name: { en: Everything }, channels: [email, sms] }.',
          ),
        ]),
    ...list.flatMap((one, index) =>
      (['covered_by_marketing', 'double_opt_in'] as const).flatMap((key) =>
        one[key].flatMap((channel, at): Finding[] =>
          one.channels.includes(channel)
            ? []
            : [
                error(
                  ['topics', index, key, at],
                  `"${one.id}" does not go by ${channel}.`,
                  `Add ${channel} to its channels, or take it out here.`,
                ),
              ],
        ),
      ),
    ),
    ...(languages === null ? [] : list.flatMap((one, index) => languageFindings(one, index, languages))),
  ];
}

function languageFindings(one: TopicsSource['topics'][number], index: number, languages: readonly string[]): readonly Finding[] {
  const missing = languages.filter((name) => one.name[name] === undefined);
  if (missing.length === 0) return [];
  return [
    error(
      ['topics', index, 'name'],
      `"${one.id}" has no name in ${missing.join(' and ')}.`,
      `The shop speaks ${languages.join(', ')}: write ${missing.map((name) => `${name}: …`).join(', ')}.`,
    ),
  ];
}
