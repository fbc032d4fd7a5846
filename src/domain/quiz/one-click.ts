import type { EngagementPolicy } from '../policy/engagement-policy.js';
import { type Instant, minute } from '../time/instant.js';
import { judgeInteraction, type PastInteraction } from '../tracking/human-click.js';

/** An answer that a link in a message brought before. `link`: tells the links of a message apart. */
export interface PastClick extends Pick<PastInteraction, 'seq' | 'verdict' | 'reason' | 'at'> {
  readonly question: string;
  readonly answer: string;
  /** Nobody knows yet, or the answer counts without a person's confirmation. */
  readonly isOpen: boolean;
}

/** An answer as its link is followed. */
export interface ClickHit {
  readonly question: string;
  readonly answer: string;
  readonly isHead: boolean;
  readonly userAgent: string | null;
  readonly at: Instant;
  readonly deliveredAt: Instant | null;
}

export interface ClickJudgement {
  readonly verdict: 'pending' | 'machine' | 'unclear';
  readonly reason: string | null;
  /** Earlier ones that are a machine's, as this one shows. */
  readonly machine: readonly number[];
  /** Earlier ones that a person may not have meant: another answer to the same question came. */
  readonly unclear: readonly number[];
}

/** So long an answer waits for another to the same question, which would make both unclear. Real milliseconds. */
export const settleClickMs = 10 * minute;

/**
 * Whether a person may have followed this link. What tells a machine of links is asked first (`judgeInteraction`). Beyond that a program
 * that follows every link, however slowly, follows two answers to one question: then neither counts unless the person confirms one on the
 * page. `others`: what else was done with the message, such as the hidden link.
 */
export function judgeClick(
  hit: ClickHit,
  past: readonly PastClick[],
  others: readonly PastInteraction[],
  limits: EngagementPolicy['humans'],
): ClickJudgement {
  const links = new Map<string, number>();
  const linkOf = ({ question, answer }: Pick<ClickHit, 'question' | 'answer'>): number => {
    const key = `${question} ${answer}`;
    const known = links.get(key) ?? firstLink + links.size;
    links.set(key, known);
    return known;
  };
  const own = past.map((one) => ({ ...one, kind: 'click', link: linkOf(one) }));
  // Numbers of these rows are of another table.
  const foreign = others.map((one) => ({ ...one, seq: -one.seq }));
  const all = [...own, ...foreign].toSorted((a, b) => a.at - b.at);
  const { verdict, reason, unmasked } = judgeInteraction({ ...hit, kind: 'click', link: linkOf(hit) }, all, limits);
  const machine = unmasked.filter((seq) => seq > 0);
  const contrary = past.filter(
    (one) => one.question === hit.question && one.answer !== hit.answer && one.verdict !== 'machine' && !machine.includes(one.seq),
  );
  const unclear = contrary.flatMap(({ seq, isOpen }) => (isOpen ? [seq] : []));
  if (verdict === 'machine') return { verdict, reason, machine, unclear: [] };
  return contrary.length === 0
    ? { verdict: 'pending', reason: null, machine, unclear: [] }
    : { verdict: 'unclear', reason: 'another-answer', machine, unclear };
}

/** Above the numbers of the tracked links of any mail. */
const firstLink = 100_000;
