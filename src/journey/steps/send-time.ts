import { type HabitualHour, habitualHour } from '../../domain/engagement/habitual-hour.js';
import { channelKind } from '../../domain/messages/channel.js';
import { day } from '../../domain/time/instant.js';
import type { EngineContext } from '../context.js';
import type { EntryState } from '../entry.js';
import { error, type Finding } from '../finding.js';
import type { Need } from '../knowledge.js';
import { triggerKind } from '../triggers/kind-of.js';
import { sayChannel, sayUntil } from '../words.js';
import type { StepLook } from './kind.js';
import type { SendStep } from './step.js';

/** Clicks from before say little of what a person does now. */
const clicksOf = 180 * day;

export function hourNeeds({ hourWithinMs }: SendStep): readonly Need[] {
  return hourWithinMs === undefined ? [] : [{ of: 'event_instants', name: 'message.clicked', windowMs: clicksOf }];
}

/** The hour at which the person usually clicks, chosen on arrival; null: the step does not ask for it. */
export function hourOf(step: SendStep, state: EntryState, context: EngineContext): HabitualHour | null {
  const { hourWithinMs, hours, id, channel } = step;
  if (hourWithinMs === undefined) return null;
  const { known } = context.facts;
  return habitualHour({
    clicks: (known.event_instants?.['message.clicked'] ?? []).filter((at) => at <= state.arrivedAt && at > state.arrivedAt - clicksOf),
    from: state.arrivedAt,
    withinMs: hourWithinMs,
    timeZone: context.timeZone,
    hours: hours ?? channelKind(channel).hours.widest,
    key: `${context.definition.id}/${id}/${state.startedAt}/${state.arrivedAt}/${state.visit}`,
  });
}

/** `until Tue 1 Dec 20:00 (Europe/London), when the person usually clicks`. */
export function hourText(step: SendStep, state: EntryState, context: EngineContext): string | null {
  const chosen = hourOf(step, state, context);
  if (chosen === null) return null;
  const what = `the ${sayChannel(step.channel)} ${step.id}`;
  const why = {
    own: 'the hour at which the person clicks most often',
    usual: 'the hour at which most people click, because the person has clicked less than three times',
    chance: 'an hour by chance, as one message in ten, to see what the choice brings',
  }[chosen.by];
  if (chosen.at <= state.arrivedAt) return `Comes to ${what} at ${why}.`;
  return `Comes to ${what} and waits ${sayUntil(state.arrivedAt, chosen.at, context.timeZone)}: ${why}.`;
}

/** A better hour is no reason to let somebody wait for what they asked for, or for what they are about to buy. */
export function lintSendTime(step: SendStep, { definition, path }: StepLook): readonly Finding[] {
  if (step.hourWithinMs === undefined) return [];
  const { class: messageClass, entry, trigger } = definition;
  const isAboutCart =
    entry.key.kind === 'cart' ||
    triggerKind(trigger)
      .facts(trigger)
      .some((name) => name.startsWith('cart.') || name.startsWith('checkout.'));
  const why =
    messageClass === 'service' || messageClass === 'transactional'
      ? `A ${messageClass} message does not wait for the person’s usual hour: it is about something that has happened.`
      : isAboutCart
        ? 'A message about a cart or a checkout does not wait for the person’s usual hour: by then they have bought elsewhere.'
        : step.isUserInitiated === true
          ? 'What the person has just asked for does not wait for their usual hour.'
          : null;
  return why === null ? [] : [error([...path, 'send_time'], why, 'Remove send_time.')];
}
