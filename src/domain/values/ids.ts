import { createHmac } from 'node:crypto';
import { rememberedOfTwo } from './remembered.js';

/** Branded identifiers: a `ProfileId` never travels as an `EntryId`. All are opaque and carry no personal data. */
export type ProfileId = string & { readonly __id: 'profile' };
export type EntryId = string & { readonly __id: 'entry' };
export type MessageId = string & { readonly __id: 'message' };
export type CartId = string & { readonly __id: 'cart' };
export type JourneyId = string & { readonly __id: 'journey' };
export type StepId = string & { readonly __id: 'step' };

/** The Temporal workflow of an entry: `entry/abandoned-cart/01jd…`. Says what it is about, and nothing about whom. */
export function entryWorkflowId(journeyId: JourneyId, entryId: EntryId): string {
  return `entry/${journeyId}/${entryId}`;
}

/** `first`: the position of the batch's first recipient. */
export function batchWorkflowId(broadcastId: string, first: number): string {
  return `batch/${broadcastId}/${first}`;
}

/**
 * The id of the message that a step sends at a visit: the same on every repeat, so that a retry is recognised everywhere
 * (ledger key, SMTP Message-ID, Twilio callback). HMAC-SHA256 in base32 without padding, 32 characters, lower case.
 */
export function messageIdFor(secret: string, messageKey: string): MessageId {
  return idOf(secret, messageKey);
}

/** A turn asks for the id of its message several times. */
const idOf = rememberedOfTwo(
  (secret, messageKey) => base32(createHmac('sha256', secret).update(messageKey).digest()).slice(0, 32) as MessageId,
  200,
);

const base32Alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base32, lower case, without padding. */
export function base32(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let out = '';
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      out += base32Alphabet[(value >>> (bits - 5)) & 31];
      bits -= 5;
    }
  }
  return bits > 0 ? out + base32Alphabet[(value << (5 - bits)) & 31] : out;
}
