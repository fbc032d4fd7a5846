import type { Topic } from '../../domain/policy/topic-policy.js';
import type { Language } from './words.js';

/** What the pages call a topic. */
export function topicName(topic: Topic, language: Language): string {
  return topic.name[language] ?? topic.name['en'] ?? topic.id;
}
