import { z } from 'zod';
import { type Channel, channels } from '../domain/messages/channel.js';
import type { Topic, TopicPolicy } from '../domain/policy/topic-policy.js';
import { topicText } from '../yaml/topic-text.js';
import { definePolicy, error, type Finding, type PolicyContext, repeatedIds } from './policy-source.js';

const language = z.string().regex(/^[a-z]{2,3}$/, 'must be a language such as en');
const texts = z.record(language, z.string().min(1));
const channelList = z.array(z.enum(channels));

const country = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 country in capitals, such as DE');
const confirmed = z.union([z.enum(channels), z.strictObject({ channel: z.enum(channels), countries: z.array(country).min(1) })]);

const topic = z.strictObject({
  id: topicText,
  name: texts.meta({ description: 'What the preference centre calls it, in each language of the shop.' }),
  description: texts.default({}),
  channels: channelList.min(1),
  covered_by_marketing: channelList
    .default([])
    .meta({ description: 'Channels on which consent to marketing covers this topic; elsewhere it must be granted by name.' }),
  double_opt_in: z.array(confirmed).default([]).meta({
    description:
      'Channels on which consent counts only once it is confirmed; `{ channel, countries }`: where the shop or the person is in one of these.',
  }),
  offered: z.boolean().default(true).meta({ description: 'Whether the preference centre shows it.' }),
});

const topicsSource = z
  .strictObject({ policy: z.literal('topics'), topics: z.array(topic).min(1) })
  .meta({ id: 'Topics', title: 'Sojourn topics: what people consent to' });
type TopicsSource = z.output<typeof topicsSource>;

export const topics = definePolicy({ kind: 'topics', schema: topicsSource, compile, lint });

function compile(source: TopicsSource): Omit<TopicPolicy, 'version'> {
  return {
    topics: source.topics.map(({ covered_by_marketing: coveredByMarketing, double_opt_in: confirmedOn, offered: isOffered, ...rest }) => ({
      ...rest,
      coveredByMarketing,
      ...compileDoubleOptIn(confirmedOn),
      isOffered,
    })),
  };
}

function compileDoubleOptIn(list: TopicsSource['topics'][number]['double_opt_in']): Pick<Topic, 'doubleOptIn' | 'doubleOptInCountries'> {
  const some = list.filter((one) => typeof one === 'object');
  return {
    doubleOptIn: list.filter((one) => typeof one === 'string'),
    ...(some.length === 0 ? {} : { doubleOptInCountries: Object.fromEntries(some.map(({ channel, countries }) => [channel, countries])) }),
  };
}

function channelOf(one: z.output<typeof confirmed>): Channel {
  return typeof one === 'string' ? one : one.channel;
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
        one[key]
          .map(channelOf)
          .flatMap((channel, at, listed): Finding[] =>
            one.channels.includes(channel) && listed.indexOf(channel) === at
              ? []
              : listed.indexOf(channel) !== at
                ? [error(['topics', index, key, at], `"${one.id}" names ${channel} twice.`, 'Keep one of them.')]
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
