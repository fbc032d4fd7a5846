import type { Fact } from '../events/fact.js';
import { aboutThese } from '../events/subject.js';
import type { Instant } from '../time/instant.js';
import type { ProfileId } from '../values/ids.js';
import type { Task } from './task.js';

/** What journeys hear when somebody closes a task. */
export function taskClosed(
  { id, profileId, reason, journeyId, step, orderId }: Pick<Task, 'id' | 'profileId' | 'reason' | 'journeyId' | 'step' | 'orderId'>,
  at: Instant,
): Fact {
  const order = orderId === null ? {} : { order_id: orderId };
  const fact: Fact = {
    name: 'task.closed',
    profileId,
    at,
    eventId: `task-closed:${id}`,
    properties: { task_id: id, reason, journey: journeyId, step, ...order },
  };
  const about = aboutThese({ order: orderId });
  return about.length === 0 ? fact : { ...fact, about };
}

/** What journeys hear when somebody lets marketing to a person go on before the hold is over. */
export function holdReleased(hold: { readonly id: string; readonly reason: string }, profileId: ProfileId, at: Instant): Fact {
  return { name: 'hold.released', profileId, at, eventId: `hold-released:${hold.id}`, properties: { reason: hold.reason } };
}
