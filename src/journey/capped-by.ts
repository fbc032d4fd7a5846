import type { SendRequest } from '../domain/gate/guards/guard.js';
import type { Instant } from '../domain/time/instant.js';
import type { SendStep } from './definition.js';

/** What a step asks of the caps, for a message that came to it at `arrivedAt`. */
export function cappedBy(
  step: SendStep,
  arrivedAt: Instant,
): Pick<SendRequest, 'onCapped' | 'cappedUntil' | 'obeysCap' | 'isUserInitiated' | 'expectedMargin'> {
  const { deferWithinMs, obeysCap, isUserInitiated, expectedMargin } = step;
  return {
    onCapped: step.onCapped === 'fallback_channel' ? 'skip' : step.onCapped,
    ...(deferWithinMs === undefined ? {} : { cappedUntil: arrivedAt + deferWithinMs }),
    ...(obeysCap === undefined ? {} : { obeysCap }),
    ...(isUserInitiated === undefined ? {} : { isUserInitiated }),
    ...(expectedMargin === undefined ? {} : { expectedMargin }),
  };
}
