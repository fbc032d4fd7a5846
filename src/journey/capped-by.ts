import type { SendRequest } from '../domain/guards/guard.js';
import type { Instant } from '../domain/instant.js';
import type { SendStep } from './definition.js';

/** What a step asks of the caps, for a message that came to it at `arrivedAt`. */
export function cappedBy(
  step: SendStep,
  arrivedAt: Instant,
): Pick<SendRequest, 'onCapped' | 'cappedUntil' | 'obeysCap' | 'isUserInitiated'> {
  const { deferWithinMs, obeysCap, isUserInitiated } = step;
  return {
    onCapped: step.onCapped === 'fallback_channel' ? 'skip' : step.onCapped,
    ...(deferWithinMs === undefined ? {} : { cappedUntil: arrivedAt + deferWithinMs }),
    ...(obeysCap === undefined ? {} : { obeysCap }),
    ...(isUserInitiated === undefined ? {} : { isUserInitiated }),
  };
}
