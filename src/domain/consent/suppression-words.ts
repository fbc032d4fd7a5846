import { type Channel, channelKind } from '../messages/channel.js';
import type { ChannelWords } from '../messages/channel-kind.js';
import type { SuppressionReason } from './suppression.js';

/** Why an address gets nothing more, and who alone can change that, as a sentence. */
export function suppressionSentence(reason: string, channel: Channel): string {
  return (
    (sentences as Readonly<Record<string, (words: ChannelWords) => string>>)[reason]?.(channelKind(channel).words) ??
    `It is suppressed (${reason}).`
  );
}

const byOperator = (said: string): string => `${said} If that was a mistake, an operator can lift it: sojourn profile unsuppress.`;

const sentences: Readonly<Record<SuppressionReason, (words: ChannelWords) => string>> = {
  bounced: ({ cameBack }) => byOperator(cameBack),
  'invalid-address': ({ shortAddress }) => byOperator(`The provider says that this ${shortAddress} takes no messages.`),
  stopped: () =>
    'The person sent STOP, or their carrier reports it: only their own START lifts that, or a review if the sentence was not a STOP (sojourn inbound review).',
  complained: () => byOperator('A message to this address was called spam.'),
  erased: () => 'The person was erased: only their own confirmed sign-up (double opt-in) lifts that.',
  unsubscribed: () => 'Its reader unsubscribed: only what they themselves say yes to since comes, and no import counts.',
  manual: () => 'It was suppressed by hand: nobody can lift that.',
  sunset: () => 'The person has not answered for a long time: only an act of their own lifts that.',
};
