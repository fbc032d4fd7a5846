import type { Channel } from '../../domain/messages/channel.js';

/** A text that came in, read by the provider that took it. */
export interface InboundText {
  readonly provider: string;
  /** The provider's own id of the text. */
  readonly id: string;
  readonly channel: Channel;
  readonly from: string;
  readonly body: string;
  /** What the provider took it for, by the words of the account's own list; null: for none of them. */
  readonly takenFor: 'stop' | 'start' | 'help' | null;
  /** The provider has answered it itself: a second answer would be one too many. */
  readonly isAnswered: boolean;
}
