import { bounceStatuses } from '../domain/bounce.js';
import type { MessageState } from '../domain/message.js';
import { field, type TwilioForm } from './sms/twilio-webhook.js';

/** What a provider told of a message afterwards. */
export interface DeliveryReceipt {
  readonly provider: string;
  readonly providerId: string;
  /** The provider's own word: `sent`, `delivered`, `undelivered` … */
  readonly status: string;
  readonly code: string | null;
  /** The address as the provider gives it. */
  readonly to: string | null;
}

/** Reads a status callback. Null: it names no message of Twilio's or no status. */
export function readTwilioStatus(form: TwilioForm): DeliveryReceipt | null {
  const providerId = field(form, 'MessageSid') ?? field(form, 'SmsSid');
  const status = field(form, 'MessageStatus') ?? field(form, 'SmsStatus');
  if (!providerId || !status || !/^[a-z_]{1,40}$/.test(status) || !/^\w{1,64}$/.test(providerId)) return null;
  const code = field(form, 'ErrorCode');
  return { provider: 'twilio', providerId, status, code: code && /^\d{1,8}$/.test(code) ? `twilio-${code}` : null, to: field(form, 'To') };
}

/**
 * What a receipt makes of a message. The first final state wins, whatever comes late; any other callback proves that the provider had it, so `unknown` and
 * what we took for not sent become `accepted`.
 */
export function stateAfterReceipt(state: MessageState, status: string): MessageState {
  if (state === 'delivered' || state === 'bounced' || state === 'failed') return state;
  switch (status) {
    case 'delivered':
    case 'read':
      return 'delivered';
    case 'undelivered':
    case 'failed':
    case 'canceled':
      return 'failed';
    case bounceStatuses.hard:
    case bounceStatuses.soft:
    case bounceStatuses.policy:
    case bounceStatuses['hard-unconfirmed']:
      return 'bounced';
    default:
      return 'accepted';
  }
}
