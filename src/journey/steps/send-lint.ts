import { channelKind } from '../../domain/messages/channel.js';
import { clockText } from '../../domain/policy/quiet-hours-policy.js';
import { hour } from '../../domain/time/instant.js';
import { error, type Finding, warning } from '../finding.js';
import type { StepLook } from './kind.js';
import type { SendStep } from './step.js';

/** What is wrong with a message although its form is right. */
export function lintSend(step: SendStep, look: StepLook): readonly Finding[] {
  return [...timeFindings(step, look), ...capFindings(step, look), ...hoursFindings(step, look)];
}

function timeFindings(step: SendStep, { definition, path, soonestMs, leadMs }: StepLook): readonly Finding[] {
  const findings: Finding[] = [];
  if (definition.maxDurationMs !== null && soonestMs + step.deadlineMs > definition.maxDurationMs)
    findings.push(
      warning(
        [...path, 'deadline'],
        `The journey may end before the deadline of "${step.id}": max_duration counts from the start.`,
        'Shorten the deadline, or lengthen max_duration.',
      ),
    );
  // Carriers count from the abandonment, and the idle time has passed when an entry starts.
  const { cartWithinMs, words } = channelKind(step.channel);
  const withinMs = (cartWithinMs ?? Number.POSITIVE_INFINITY) - leadMs;
  if (cartWithinMs !== null && definition.entry.key.kind === 'cart' && (step.notAfterStartMs === null || step.notAfterStartMs > withinMs))
    findings.push(
      warning(
        path,
        `The ${words.one} "${step.id}" about a cart may be sent more than ${cartWithinMs / hour} hours after it was abandoned; carriers refuse that.`,
        `Write not_after_start: PT${Math.max(0, Math.floor(withinMs / hour))}H or less; count what passed before the start.`,
      ),
    );
  return findings;
}

const shortestHours = 60;

function hoursFindings(step: SendStep, look: StepLook): readonly Finding[] {
  if (step.hours === undefined) return [];
  const { opens, closes } = step.hours;
  const path = [...look.path, 'quiet_hours'];
  if (closes - opens < shortestHours)
    return [
      error(
        path,
        `The hours of "${step.id}" and of its journey have less than an hour of the day in common, so hardly anything would be sent.`,
        'Let them overlap by an hour or more.',
      ),
    ];
  const { hours, words } = channelKind(step.channel);
  if (hours.widest === null) return [];
  const [first, last] = [clockText(hours.widest.opens), clockText(hours.widest.closes)];
  if (opens < hours.widest.opens || closes > hours.widest.closes)
    return [
      warning(
        path,
        `No law allows the ${words.one} "${step.id}" before ${first} or after ${last}: a journey may narrow quiet hours, but wider hours have no effect.`,
        `Write opens: "${first}" or later and closes: "${last}" or earlier, or remove quiet_hours.`,
      ),
    ];
  return [];
}

/** What a step says of caps, against what its class says, and against its own deadline. */
function capFindings(step: SendStep, { definition, path }: StepLook): readonly Finding[] {
  const findings: Finding[] = [];
  const saysOfCaps = step.obeysCap !== undefined || step.countsTowardCap !== undefined;
  if (definition.class === 'transactional' && saysOfCaps)
    findings.push(
      error(
        [...path, step.obeysCap === undefined ? 'counts_toward_cap' : 'obeys_cap'],
        'A transactional message is outside of all caps: they neither hold nor count it.',
        'Delete obeys_cap and counts_toward_cap.',
      ),
    );
  if (step.deferWithinMs !== undefined && step.deferWithinMs > step.deadlineMs)
    findings.push(
      warning(
        [...path, 'on_capped', 'defer', 'within'],
        `The deadline of "${step.id}" comes before the time that a cap may hold it back.`,
        'Shorten "within", or lengthen the deadline.',
      ),
    );
  return findings;
}
