import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Hold, type HoldEnd, longestHoldMs } from '../../domain/holds/hold.js';
import { type TaskId, taskIdFor } from '../../domain/tasks/task.js';
import { durationWords } from '../../domain/time/duration.js';
import type { Instant } from '../../domain/time/instant.js';
import type { EntryId, StepId } from '../../domain/values/ids.js';
import { durationText, toLimitMs } from '../../yaml/duration-source.js';
import { idText } from '../fields.js';
import { error, type Finding } from '../finding.js';
import { oneWay, type StepKind } from './kind.js';
import type { StepBase } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly hold_marketing: HoldStep;
  }
  interface StepEffects {
    readonly hold: HoldAsked;
  }
}

interface HoldStep extends StepBase {
  readonly kind: 'hold_marketing';
  readonly forMs: number;
  readonly endsWith: HoldEnd;
  readonly reason: string;
}

/** Marketing to the person waits from the instant of the turn on. `endsWith` task: the one that the same step opens. */
export interface HoldAsked {
  readonly kind: 'hold';
  readonly endsWith: HoldEnd;
  readonly reason: string;
  readonly until: Instant;
}

const yaml = z.strictObject({
  id: idText.optional(),
  for: durationText.meta({ description: 'At most so long; 90 days at the most.' }),
  until: z
    .literal('ticket_closed')
    .optional()
    .meta({ description: 'It ends before, when a ticket of the person is closed and none is open. Absent: only by its time, or by hand.' }),
  reason: idText.meta({ description: 'A code, such as delivery-exception: it stands in “why did she not get it”.' }),
});

/** Marketing to the person waits: service messages pass, and nothing is permitted that was refused. */
export const holdMarketing: StepKind<HoldStep, z.output<typeof yaml>, HoldAsked> = {
  ...oneWay,
  yaml: () => yaml,
  compile: ({ for: length, until, reason }, { id, next }) => ({
    kind: 'hold_marketing',
    id,
    next,
    forMs: toLimitMs(length),
    endsWith: until === undefined ? 'time' : 'ticket',
    reason,
  }),
  lint: ({ forMs }, { path }) => tooLong(forMs, [...path, 'for']),
  sentence: (step) => `Holds marketing to the person for ${lengthOf(step)} (${step.reason}).`,
  move(step, _state, { at }) {
    const { forMs, endsWith, reason } = step;
    return {
      kind: 'go',
      to: step.next,
      line: { kind: 'note', text: `Holds marketing to the person for ${lengthOf(step)}: ${reason}.` },
      asks: [{ kind: 'hold', endsWith, reason, until: at + forMs }],
    };
  },
};

function lengthOf({ forMs, endsWith }: Pick<HoldStep, 'forMs' | 'endsWith'>): string {
  return `${durationWords(forMs)}${endsWith === 'ticket' ? ', or until their ticket is closed' : ''}`;
}

/** What is wrong with the length of a hold. */
export function tooLong(ms: number, path: Finding['path']): readonly Finding[] {
  if (ms > 0 && ms <= longestHoldMs) return [];
  return [error(path, `Marketing is held for ${durationWords(ms)}.`, `Hold it for ${durationWords(longestHoldMs)} at most, such as P14D.`)];
}

/** Which step of which entry asked, and when. */
interface HoldBy {
  readonly by: { readonly entryId: EntryId; readonly step: StepId; readonly visit: number };
  readonly at: Instant;
}

/** The hold that was asked for, as it is from that instant on. */
export function holdOf(
  { endsWith, reason, until }: HoldAsked,
  { by: { entryId, step, visit }, at }: HoldBy,
): Hold & { readonly taskId: TaskId | null } {
  const digest = createHash('sha256').update(`hold|${entryId}|${step}|${visit}`).digest('hex');
  return {
    id: `hold_${digest.slice(0, 24)}`,
    endsWith,
    taskId: endsWith === 'task' ? taskIdFor(entryId, step, visit) : null,
    reason,
    since: at,
    until,
    tickets: endsWith === 'ticket' ? { areOpen: false, closedAt: null } : null,
  };
}
