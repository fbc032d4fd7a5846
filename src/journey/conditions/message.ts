import { z } from 'zod';
import type { MessageState } from '../../domain/messages/message.js';
import type { Truth } from './condition.js';
import { type ConditionKind, plain, truth } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly message: MessageCondition;
  }
}

/** What became of a step's message, as conditions ask for it. `sent` means accepted by the provider or further. */
const messageStatuses = ['sent', 'delivered', 'opened', 'clicked', 'bounced', 'failed', 'skipped'] as const;
type MessageStatus = (typeof messageStatuses)[number];

interface MessageCondition {
  readonly kind: 'message';
  readonly step: string;
  readonly status: MessageStatus;
}

const yaml = z.strictObject({ step: z.string().min(1), status: z.enum(messageStatuses) });

/** What became of the message of a step. One that was never sent was never clicked either: false, not unknown. */
export const message: ConditionKind<MessageCondition, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile({ step, status }, { note }) {
    note({ kind: 'step', name: step, for: 'message' }, 'message', 'step');
    return { kind: 'message', step, status };
  },
  notMet: () => 'message-not-met',
  about: 'entry',
  evaluate(condition, facts) {
    const found = facts.messages[condition.step];
    if (found === undefined) return 'false';
    return judge(condition.status, found.state, found.receipts);
  },
  describe: (condition, holds) => `the message of ${condition.step} was ${holds ? '' : 'not '}${condition.status}`,
};

const accepted: ReadonlySet<MessageState> = new Set(['accepted', 'delivered', 'bounced', 'failed']);
const dropped: ReadonlySet<MessageState> = new Set(['skipped', 'released']);

function judge(status: MessageStatus, state: MessageState, receipts: readonly string[]): Truth {
  switch (status) {
    case 'sent':
      return state === 'unknown' ? 'unknown' : truth(accepted.has(state));
    case 'skipped':
      return truth(dropped.has(state));
    case 'delivered':
    case 'bounced':
    case 'failed':
      return truth(state === status || receipts.includes(status));
    case 'clicked':
      return truth(receipts.includes('clicked'));
    case 'opened':
      // Who clicks has opened, whether or not the picture was loaded.
      return truth(receipts.includes('opened') || receipts.includes('clicked'));
    default:
      return unknownStatus(status);
  }
}

function unknownStatus(status: never): never {
  throw new Error(`A condition asks for the message status ${String(status)}, which this version does not know.`);
}
