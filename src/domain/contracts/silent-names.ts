import { day } from '../time/instant.js';
import { nearest } from '../values/nearest.js';
import type { ContractAlarm, Looked } from './alarm.js';
import type { ReadBy } from './contract.js';
import type { EventCounts, Series } from './event-counts.js';
import { ago, listed, namesRead, reads } from './reader-words.js';
import { leastExpected, levelBeside, stretches, usualIn } from './usual.js';

function isSilent(counts: EventCounts, series: Series): boolean {
  return stretches.some((hours) => {
    const stretch = { to: counts.nowHour, hours };
    if (series.sum(counts.nowHour - hours, counts.nowHour) > 0) return false;
    const usual = usualIn(series, stretch, counts.firstHour);
    return usual !== null && usual * levelBeside(counts, series, stretch) >= leastExpected;
  });
}

export function allSilent({ counts, readers }: Looked): readonly ContractAlarm[] {
  if (readers.length === 0 || !isSilent(counts, counts.all)) return [];
  const last = counts.all.last(counts.nowHour);
  const since = last === null ? '' : ` since ${ago(counts, last)}`;
  return [
    {
      code: 'all-silent',
      key: 'all-silent',
      readers: [],
      sentence: `No event has come${since}, at hours at which many usually do. Likely the shop’s event client is down, sends to another address, or its write key was revoked: sojourn write-key list.`,
    },
  ];
}

/** Conditions may ask about what is rare by its nature; what begins, ends or is waited for should have been seen. */
const asksForIt: ReadonlySet<ReadBy> = new Set(['trigger', 'exit', 'goal', 'wait']);
/** So long, and so many events, before something that was never seen is odd. */
const settledHours = 24;
const settledEvents = 500;

export function neverSeen({ counts, readers, now }: Looked): readonly ContractAlarm[] {
  const { firstHour, nowHour } = counts;
  if (nowHour - firstHour < settledHours || counts.all.sum(firstHour, nowHour) < settledEvents) return [];
  return namesRead(
    readers.filter(({ since }) => now - since >= day),
    (by) => by === 'trigger' || by === 'wait',
  ).flatMap(({ fact, by }) => {
    if (counts.series(fact).start() !== null) return [];
    const near = nearest(
      fact,
      counts.facts().filter((known) => known !== fact),
    );
    const cause =
      near === null
        ? 'Likely the shop does not send it, or under another name: sojourn event list.'
        : `Likely \`${near}\` is meant, which does come.`;
    return [
      {
        code: 'never-seen' as const,
        key: `never-seen:${fact}`,
        readers: by,
        sentence: `${listed(by)} ${reads(by)} \`${fact}\`, which has never been seen. ${cause}`,
      },
    ];
  });
}

export function stoppedNames({ counts, readers }: Looked): readonly ContractAlarm[] {
  return namesRead(readers, (by) => asksForIt.has(by)).flatMap(({ fact, by }) => {
    const series = counts.series(fact);
    if (!isSilent(counts, series)) return [];
    const last = series.last(counts.nowHour) ?? counts.firstHour;
    return [
      {
        code: 'stopped' as const,
        key: `stopped:${fact}`,
        readers: by,
        sentence: `\`${fact}\` came regularly and stopped ${ago(counts, last)}. ${causeOfStop(counts, fact, last)} ${listed(by)} ${reads(by)} it.`,
      },
    ];
  });
}

/** An event that began when this one stopped, and came about as often, was most likely renamed. */
function causeOfStop(counts: EventCounts, fact: string, last: number): string {
  const told = counts
    .types(fact)
    .filter((type) => type.startsWith('told:'))
    .map((type) => type.slice('told:'.length));
  const before = told.length === 0 ? [fact.replace(/^event:/, '')] : told;
  const began = counts.facts().filter((name) => {
    const start = counts.series(name).start();
    return name.startsWith('event:') && start !== null && start > counts.firstHour && Math.abs(start - last) <= 24;
  });
  const [likely] = began.toSorted((a, b) => counts.series(b).sum(last, counts.nowHour) - counts.series(a).sum(last, counts.nowHour));
  const named = began.find((name) => before.some((one) => similar(one, name.slice('event:'.length)))) ?? likely;
  if (named === undefined) return `Likely \`${before.join('`, `')}\` is no longer sent by the shop’s event client.`;
  return `Likely \`${before.join('`, `')}\` was renamed: \`${named.slice('event:'.length)}\` has come since about then.`;
}

/** Do the names have a word in common, however it is written? `Quiz Finished` and `quiz_completed` have. */
function similar(one: string, other: string): boolean {
  const words = (text: string) =>
    text
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word.length > 2);
  const others = words(other);
  return words(one).some((word) => others.some((two) => two === word || nearest(word, [two]) !== null));
}
