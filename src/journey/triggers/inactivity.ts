import type { TriggerKind, TriggerOf } from './trigger-kind.js';

/** Arms at the first activity and is due when nothing more has happened for a while; every further activity puts that off. */
export const inactivity: TriggerKind<TriggerOf<'inactivity'>> = {
  role: (trigger, fact) => (trigger.after.includes(fact.name) ? 'start' : trigger.resetOn.includes(fact.name) ? 'reset' : null),
  dueAt: (trigger, fact) => fact.at + trigger.forMs,
  holds: () => true,
};
