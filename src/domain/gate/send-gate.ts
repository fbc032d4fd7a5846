import type { SendFacts, SendRequest } from './guards/guard.js';
import { guards } from './guards/index.js';
import { slotByRank } from './outrank.js';
import { quietHours } from './quiet-hours.js';
import type { SendDecision } from './verdict.js';

export type { SendFacts, SendRequest } from './guards/guard.js';

/**
 * May this message be sent, now or later? Every sender asks here, and again directly before the call. The first guard that objects decides;
 * timing comes last, with all its rules together.
 *
 * `send` now · `defer` until a slot that is promised · `hold` until someone resumes · `skip` this message · `exit` the journey · `withhold`
 * (holdout).
 */
export function decideSend(request: SendRequest, facts: SendFacts): SendDecision {
  for (const guard of guards) {
    const objection = guard(request, facts, decideSend);
    if (objection !== null) return objection;
  }
  return slotByRank(request, facts, quietHours(request, facts.places, facts.quietHours));
}
