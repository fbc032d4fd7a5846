import { ChannelSlots } from '../../src/app/messages/channel-slots.js';
import type { IncomingEvent } from '../../src/domain/events/incoming.js';
import type { Store } from '../../src/store/db.js';
import { definitionOf, trialJourney } from '../house/trials.js';
import { identify, track } from './shop-events.js';
import { type TurnDeps, turnDeps } from './turns.js';

/** Gives a code, and sends it. */
export const deal = definitionOf(
  trialJourney({
    steps: `
  - issue_incentive: { offer: ten-percent, refused: { steps: [{ exit: { reason: no-code } }] } }
  - send: { id: deal, channel: email, template: deal }
  - wait: { for: P1D }
  - send: { id: deal-again, channel: email, template: deal }`,
  }),
);

/** The mails say the code, and nothing else. */
export function dealDeps(store: Store): TurnDeps {
  return turnDeps(store, {
    // Nobody has to wait for a slot: who waits long would go over the queue.
    slots: { email: new ChannelSlots({ size: 60, inlineLimit: 100 }), sms: new ChannelSlots({ size: 5, inlineLimit: 50 }) },
    renderer: {
      asks: async (template) => (template === 'deal' ? ['offer'] : []),
      render: async (_template, _version, { known }) => {
        const { code } = (known?.['offer'] ?? {}) as { readonly code?: string };
        const text = `Your code: ${code ?? 'none'}`;
        return {
          kind: 'email' as const,
          subject: 'A deal',
          html: text,
          text,
          locale: 'en',
          contentHash: 'hash',
          templateVersion: 1,
          atMostOnce: false,
        };
      },
    },
  });
}

/** Somebody who agreed to mails finishes the quiz. */
export function finishesQuiz(userId: string): readonly IncomingEvent[] {
  return [
    identify({ email: `${userId}@example.test` }, { userId }),
    track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }, { userId }),
    track('Quiz Finished', {}, { userId }),
  ];
}
