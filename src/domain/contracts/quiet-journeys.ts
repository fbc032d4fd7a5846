import { countWords } from '../time/duration.js';
import { day } from '../time/instant.js';
import type { ContractAlarm, Looked } from './alarm.js';
import { entriesOf } from './event-counts.js';
import { chanceOfAtMost, leastExpected, levelBeside, stretches, usualIn } from './usual.js';

/** A chance below this is none. */
const never = 1e-12;

/** Half of what is usual, and that by no chance. */
const fewShare = 0.5;

export function fewEntries({ counts, readers, now }: Looked, stopped: readonly ContractAlarm[]): readonly ContractAlarm[] {
  return readers.flatMap((reader): readonly ContractAlarm[] => {
    const own = `journey:${reader.id}`;
    const isExplained = stopped.some(
      ({ readers: by, key }) => by.includes(own) && reader.reads.some((read) => read.by === 'trigger' && key === `stopped:${read.fact}`),
    );
    if (reader.kind !== 'journey' || reader.isPaused || isExplained) return [];
    const series = counts.series(`${entriesOf}${reader.id}`);
    const found = stretches
      .filter((hours) => hours >= 6)
      .flatMap((hours) => {
        const stretch = { to: counts.nowHour, hours };
        const usual = usualIn(series, stretch, counts.firstHour);
        const seen = series.sum(counts.nowHour - hours, counts.nowHour);
        const expected = (usual ?? 0) * levelBeside(counts, counts.series('no fact'), stretch);
        return expected >= leastExpected && chanceOfAtMost(seen, expected * fewShare) < never
          ? [{ hours, seen, usual: Math.round(usual ?? 0) }]
          : [];
      })[0];
    if (found === undefined) return [];
    const cause =
      now - reader.since < 8 * day
        ? 'It has been so since about the time at which its present version was published: look at its trigger and filters.'
        : 'Likely one of its filters no longer holds, or its trigger comes with other properties: sojourn journey report says who did not enter, and why.';
    return [
      {
        code: 'few-entries',
        key: `few-entries:${reader.id}`,
        readers: [own],
        sentence: `The journey ${reader.id} had ${found.seen} entries in the last ${countWords(found.hours, 'hour')}; at these hours of the week ${found.usual} are usual. ${cause}`,
      },
    ];
  });
}

/** So many went on from a step, before a way that nobody takes is odd. */
const leastVisits = 200;

export function unusedBranches({ readers, visits }: Looked): readonly ContractAlarm[] {
  return readers.flatMap(({ kind, id, branches }) => {
    const of = visits.get(id);
    if (kind !== 'journey' || of === undefined) return [];
    return branches.flatMap(({ step, to }) => {
      const went = of.get(step)?.left ?? 0;
      if (went < leastVisits || (of.get(to)?.came ?? 0) > 0) return [];
      return [
        {
          code: 'branch-unused' as const,
          key: `branch-unused:${id}:${step}:${to}`,
          readers: [`journey:${id}`],
          sentence: `In the journey ${id}, ${went} people went on from \`${step}\`, and nobody to \`${to}\`. Likely the condition of that way can never hold, or what it waits for does not come.`,
        },
      ];
    });
  });
}
