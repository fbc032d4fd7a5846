import { channelKind } from '../../messages/channel.js';
import { minute } from '../../time/instant.js';
import type { Guard } from './guard.js';

/** A deferred text asks again after this time: then texts of an hour ago no longer count. */
const lookAgainMs = 10 * minute;

const rulePrefix = 'texts-per-hour-';

/** Whose budget of texts held a message back; null: another rule did. */
export function textBudgetCountry({ rule }: Readonly<Record<string, unknown>>): string | null {
  return typeof rule === 'string' && rule.startsWith(rulePrefix) ? rule.slice(rulePrefix.length) : null;
}

/**
 * So many texts go to one country within an hour, whatever class they are of: what is more waits, and nobody makes a shop pay for a flood.
 */
export const respectTextBudget: Guard = ({ channel, at, deadlineAt }, { texts }) => {
  if (!channelKind(channel).hasCountryBudget || texts === undefined || texts === null || texts.used < texts.perHour) return null;
  const detail = { rule: `${rulePrefix}${texts.country}`, used: texts.used, limit: texts.perHour };
  const until = at + lookAgainMs;
  return until <= deadlineAt
    ? { kind: 'defer', until, reason: 'frequency-cap', detail: { ...detail, next: until } }
    : { kind: 'skip', reason: 'frequency-cap', detail };
};
