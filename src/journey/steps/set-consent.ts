import { z } from 'zod';
import { judgeConsent } from '../../domain/consent/consent.js';
import { consentsTrait } from '../../domain/consent/consent-events.js';
import type { FactName } from '../../domain/events/fact.js';
import { isOwnEventId } from '../../domain/events/own-event.js';
import { type Channel, channelKind, channels } from '../../domain/messages/channel.js';
import type { Instant } from '../../domain/time/instant.js';
import { topicText } from '../../yaml/topic-text.js';
import type { EngineContext } from '../context.js';
import type { EntryState } from '../entry.js';
import { idText } from '../fields.js';
import { error, type Finding, type Path } from '../finding.js';
import { triggerKind } from '../triggers/kind-of.js';
import { sayFact } from '../words.js';
import { type Move, oneWay, type StepKind, type StepLook } from './kind.js';
import type { StepBase } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly set_consent: SetConsentStep;
  }
}

interface SetConsentStep extends StepBase {
  readonly kind: 'set_consent';
  readonly channel: Channel;
  readonly topic: string;
  readonly to: 'granted' | 'withdrawn';
  /** What the person did: what began the entry, or what this wait heard. A no may have none. */
  readonly because: { readonly kind: 'trigger' } | { readonly kind: 'heard'; readonly step: string } | null;
  /** What the person read when they did it. */
  readonly text: string | null;
  readonly locale: string | null;
}

const yaml = z
  .strictObject({
    id: idText.optional(),
    channel: z.enum(channels),
    topic: topicText.default('marketing'),
    to: z.enum(['granted', 'withdrawn']),
    because: z
      .string()
      .regex(/^(trigger|heard\.[a-z][a-z0-9-]*)$/, 'must be trigger, or heard. with the id of a wait_until')
      .optional()
      .meta({ description: 'What the person did: trigger, or heard.<step>.', examples: ['heard.question'] }),
    text: z.string().trim().min(1).max(4000).optional().meta({ description: 'The words that the person agreed to, as they read them.' }),
    locale: z.string().min(2).max(35).optional().meta({ description: 'The language of these words, such as en-GB.' }),
  })
  .superRefine(({ to, because, text }, context) => {
    if (to !== 'granted') return;
    for (const [name, value] of Object.entries({ because, text }))
      if (value === undefined)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: 'is missing: a yes needs its evidence',
          params: {
            suggestion:
              name === 'text' ? 'Write the words that the person agreed to.' : 'Write trigger, or heard.<step>, for what the person did.',
          },
        });
  });

/**
 * Records a yes or a no of the person. A yes is only what the person did: it counts from then on, and no STOP or unsubscribe gives way to
 * it. A no always counts.
 */
export const setConsent: StepKind<SetConsentStep, z.output<typeof yaml>> = {
  ...oneWay,
  yaml: () => yaml,
  compile({ channel, topic, to, because, text, locale }, { id, next, note }) {
    const heard = because?.startsWith('heard.') === true ? because.slice('heard.'.length) : null;
    if (heard !== null) note({ kind: 'step', name: heard, for: 'heard' }, 'because');
    note({ kind: 'topic', name: topic }, 'topic');
    return {
      kind: 'set_consent',
      id,
      next,
      channel,
      topic,
      to,
      because: heard !== null ? { kind: 'heard', step: heard } : because === undefined ? null : { kind: 'trigger' },
      text: text ?? null,
      locale: locale ?? null,
    };
  },
  takes: ({ because }) => (because?.kind === 'heard' ? [{ step: because.step, property: null }] : []),
  lint: (step, look) => (step.to === 'granted' ? actFindings(step, look) : []),
  sentence: (step) => `Records a ${step.to === 'granted' ? 'yes' : 'no'} to ${what(step)}.`,
  move(step, state, context) {
    if (state.dueAt !== null) return goOn(step, null);
    return step.to === 'granted' ? grant(step, state, context) : withdraw(step, state, context);
  },
};

function what({ channel, topic }: SetConsentStep): string {
  return `${topic} by ${channelKind(channel).words.one}`;
}

function goOn({ next }: SetConsentStep, text: string | null): Move {
  return { kind: 'go', to: next, line: text === null ? null : { kind: 'note', text } };
}

function grant(step: SetConsentStep, state: EntryState, context: EngineContext): Move {
  const act = actOf(step, state);
  if (act === null) return goOn(step, `Records no yes to ${what(step)}: the person did nothing that shows it.`);
  const { cause } = judge(step, context);
  if (cause === 'refused' || cause === 'refused-all')
    return goOn(step, `Records no yes to ${what(step)}: the person has said no, and only they can take that back.`);
  return say(step, context, { at: act.at, evidence: act.evidence });
}

function withdraw(step: SetConsentStep, state: EntryState, context: EngineContext): Move {
  if (judge(step, context).cause === 'refused') return goOn(step, `A no to ${what(step)} stands already.`);
  // A no counts from now on, whenever it was that the person did something.
  return say(step, context, { at: context.at, evidence: actOf(step, state)?.evidence ?? null });
}

function judge({ channel, topic }: SetConsentStep, { facts, at }: EngineContext) {
  return judgeConsent(facts.consents, channel, topic, at, facts.topics);
}

function say(step: SetConsentStep, { definition }: EngineContext, act: { readonly at: Instant; readonly evidence: string | null }): Move {
  const { channel, topic, to: state, text, locale } = step;
  const source = `journey/${definition.id}/${step.id}`;
  const said = {
    state,
    channel,
    topic,
    at: new Date(act.at).toISOString(),
    method: 'journey',
    source,
    text,
    locale,
    evidence: act.evidence,
  };
  return {
    kind: 'say',
    event: { type: 'identify', traits: { [consentsTrait]: [said] } },
    line: { kind: 'note', text: setConsent.sentence(step) },
  };
}

/** What the person did, and when; null: nothing, or a journey said it in their place. */
function actOf({ because }: SetConsentStep, state: EntryState): { readonly at: Instant; readonly evidence: string } | null {
  switch (because?.kind) {
    case undefined:
      return null;
    case 'trigger':
      return state.depth === undefined ? { at: state.startedAt, evidence: 'the event that began the entry' } : null;
    case 'heard': {
      const told = state.told?.[because.step];
      if (told?.eventId === undefined || isOwnEventId(told.eventId)) return null;
      return { at: told.at, evidence: `event ${told.eventId}` };
    }
  }
}

/** By these a person says something. An order, a delivery or a place in a segment is no yes; what looks like a click may be a scanner's. */
const acts: ReadonlySet<FactName> = new Set<FactName>([
  'answer.given',
  'quiz.completed',
  'feedback.submitted',
  'message.replied',
  'consent.granted',
]);

function isAct(fact: FactName): boolean {
  return acts.has(fact) || fact.startsWith('event:');
}

function actFindings({ because }: SetConsentStep, { definition, hears, path }: StepLook): readonly Finding[] {
  if (because === null) return [];
  const at: Path = [...path, 'because'];
  if (because.kind === 'trigger') {
    const { trigger } = definition;
    const facts = triggerKind(trigger).facts(trigger);
    return trigger.kind === 'event' && facts.every(isAct) ? [] : [noAct(at, facts)];
  }
  const others = hears(because.step).filter((fact) => !isAct(fact));
  return others.length === 0 ? [] : [noAct(at, others)];
}

function noAct(at: Path, facts: readonly FactName[]): Finding {
  return error(
    at,
    facts.length === 0
      ? 'This journey begins with nothing that the person does, so it shows no yes.'
      : `${capital(facts.map(sayFact).join(' or '))} is no yes of the person.`,
    'Name an answer, a reply, or an event of your own by which the person agrees.',
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
