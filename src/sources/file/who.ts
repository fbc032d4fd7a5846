import { addressOf, type Channel, normaliseAddress } from '../../domain/messages/channel.js';
import type { Row } from './row.js';
import type { Who } from './said.js';

/** Whom a line names; what is no address is a fault, and so is a line that names nobody. */
export function readWho(row: Row): Who {
  const userId = row.id('user_id');
  const written = row.text('email');
  const email = normaliseAddress('email', written)?.toLowerCase() ?? null;
  if (written !== null && email === null) row.refuse('email', 'invalid-email', 'it is not one email address.');
  const phone = row.id('phone');
  if (userId === null && email === null && phone === null && row.faults.length === 0)
    row.missing('email', 'the line names nobody. It needs a user id, an email address or a number.');
  return { userId, email, phone };
}

/** Where a channel reaches them; null: not as it is written. */
export function addressFor(channel: Channel, { email, phone }: Who): string | null {
  return normaliseAddress(channel, addressOf({ email, phone }, channel));
}
