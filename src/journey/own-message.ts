import { missingData } from '../domain/messages/data-words.js';
import type { TemplateHead } from '../domain/messages/template.js';
import type { ClassPolicy } from '../domain/policy/class-policy.js';
import type { Deadline } from '../domain/time/deadline.js';
import { deadlineFrom } from '../domain/time/deadline.js';
import { durationWords } from '../domain/time/duration.js';
import { day, type Instant } from '../domain/time/instant.js';
import type { EntryId, ProfileId } from '../domain/values/ids.js';
import { newEntryState } from './engine.js';
import { type InternalSend, longestDeadlineMs, messageJourney, type OpenedEntry } from './internal.js';

/** A shop's own message, as it is asked for: to whom is another matter. */
export interface OwnMessage {
  readonly template: string;
  /** What the template reads as `data`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The template's own, should it be named. */
  readonly topic: string | null;
  /** 0–100; null: that of the class. */
  readonly priority: number | null;
  /** The last instant at which it may leave, counted from now; null: a day. */
  readonly deadline: Deadline | null;
}

/** Why something cannot be sent. `code`: for programs; `reason`: a sentence that says what to do. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
}

const usualDeadlineMs = day;

/** Why a message of the shop's own cannot be; null: it can. */
export function refuseMessage(template: TemplateHead, message: OwnMessage, at: Instant): Refusal | null {
  if (template.class !== 'transactional' && template.class !== 'service')
    return {
      code: 'class-not-allowed',
      reason: `The template ${template.id} is ${template.class}: what promotes is sent by a journey, or to many as a broadcast (POST /v1/broadcasts). This route takes transactional and service templates.`,
    };
  if (message.topic !== null && message.topic !== template.topic)
    return {
      code: 'topic-not-allowed',
      reason: `The template ${template.id} is about ${template.topic}, and so is every message from it: remove the topic.`,
    };
  const deadlineAt = messageDeadline(message, at);
  if (deadlineAt <= at)
    return { code: 'deadline-passed', reason: 'The deadline has passed already: name a later one, or none for a day from now.' };
  if (deadlineAt > at + longestDeadlineMs)
    return {
      code: 'deadline-too-late',
      reason: `A message may wait ${durationWords(longestDeadlineMs)} at most: name an earlier deadline.`,
    };
  const missing = missingData(template.requires, [message.data]);
  if (missing.length > 0)
    return { code: 'data-missing', reason: `The template ${template.id} needs ${missing.join(', ')}: give it in the data of the request.` };
  return null;
}

/** The last instant at which it may leave. */
export function messageDeadline({ deadline }: Pick<OwnMessage, 'deadline'>, from: Instant): Instant {
  return deadline === null ? from + usualDeadlineMs : deadlineFrom(deadline, from);
}

/** What it is sent as: class and topic are the template's. */
export function messageSend({ classes }: ClassPolicy, template: TemplateHead, { priority }: Pick<OwnMessage, 'priority'>): InternalSend {
  const { id, channel, class: of, topic } = template;
  return { template: id, channel, class: of, topic, priority: priority ?? classes[of].defaultPriority };
}

/** Its entry. `version`: of its journey (`messageJourney`), as it was frozen. */
export function messageEntry(
  send: InternalSend,
  message: Pick<OwnMessage, 'data' | 'deadline'>,
  made: { readonly id: EntryId; readonly profileId: ProfileId; readonly version: number; readonly at: Instant },
): OpenedEntry {
  const { id, at, ...of } = made;
  const state = { ...newEntryState({ at, trigger: message.data }), deadlineAt: messageDeadline(message, at) };
  return { id, ...of, journeyId: messageJourney(send).id, entryKey: id, dueAt: at, createdAt: at, state };
}
