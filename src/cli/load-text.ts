import type { LoadMap } from '../domain/gate/load.js';
import { paragraphs, plural, table } from './text.js';

/** A map of load for people: how much they are sent, by whom, and who loses room to whom. */
export function loadText(load: LoadMap): string {
  const { perPersonWeek: week } = load;
  return paragraphs(
    `${plural(load.people, 'person', 'people')} over ${plural(load.weeks, 'week')}: ${plural(load.sent, 'message')} sent.\n` +
      `A person gets ${amount(week.mean)} a week (median ${week.median}, nine of ten weeks at most ${week.p90}, at most ${week.most}); the most in any seven days: ${load.mostInSevenDays}.`,
    table(
      ['messages a week', 'weeks of people', ''],
      week.spread.map(({ messages, personWeeks }) => [messages, personWeeks, bar(personWeeks, load.people * load.weeks)]),
      '',
    ),
    table(
      ['sender', 'sent', 'people', 'per person and week', 'had to wait', 'not sent', 'lost a slot'],
      load.senders.map((one) => [one.sender, one.sent, one.people, amount(one.perPersonWeek), one.deferred, one.skipped, one.displaced]),
      'No message was sent.',
    ),
    table(
      ['sender', 'to whom', 'messages', 'people', 'slot taken', 'had to wait', 'not sent'],
      load.losses.map((one) => [one.loser, one.winner, one.messages, one.people, one.displaced, one.deferred, one.skipped]),
      'No message lost its slot to another.',
    ),
  );
}

const widestBar = 40;

function bar(part: number, of: number): string {
  return of === 0 ? '' : '█'.repeat(Math.round((part / of) * widestBar));
}

function amount(number: number): string {
  return number.toFixed(2);
}
