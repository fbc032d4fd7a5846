import { z } from 'zod';
import { type ConditionKind, earliestAfter, plain, truth } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly open_ticket: OpenTicket;
  }
}

interface OpenTicket {
  readonly kind: 'open_ticket';
  readonly is: boolean;
}

/** Does the shop's service have a ticket of the person that is not closed? */
export const openTicket: ConditionKind<OpenTicket, boolean> = {
  ...plain,
  yaml: () => z.boolean().meta({ description: 'A ticket of the person is open.', examples: [false] }),
  compile: (is) => ({ kind: 'open_ticket', is }),
  notMet: (is) => (is ? 'no-open-ticket' : 'open-ticket'),
  about: 'person',
  needs: () => [{ of: 'service' }],
  evaluate: ({ is }, { at, known }) =>
    truth((known.service ?? []).some(({ kind, openedAt }) => kind === 'ticket' && openedAt <= at) === is),
  changedBy: () => ['ticket.opened', 'ticket.closed'],
  changesAt: (_condition, { at, known }) =>
    earliestAfter(
      at,
      (known.service ?? []).map(({ openedAt }) => openedAt),
    ),
  describe: ({ is }, holds) => `the person has ${is === holds ? 'an' : 'no'} open ticket`,
};
