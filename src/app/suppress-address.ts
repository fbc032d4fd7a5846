import type { Channel } from '../domain/channel.js';
import type { Instant } from '../domain/instant.js';
import { normaliseEmail, normalisePhone, suppressionHash, type SuppressionReason } from '../domain/suppression.js';
import type { Trx } from '../store/db.js';
import { insertSuppression } from '../store/suppressions.js';
import type { AppDeps } from './deps.js';

/** What a definite answer of a provider says about the address itself. */
const reasonsByCode: Readonly<Record<string, SuppressionReason>> = {
  'twilio-21610': 'stopped',
  'twilio-21211': 'invalid-address',
  'twilio-21614': 'invalid-address',
  'twilio-30006': 'invalid-address',
};

/** A provider said that this address is not to be written to again. Nothing where the profile has no such address any more. */
export async function suppressAddress(
  deps: Pick<AppDeps, 'secret'>,
  trx: Trx,
  refused: {
    readonly channel: Channel;
    readonly profile: { readonly email: string | null; readonly phone: string | null };
    readonly code: string;
    readonly at: Instant;
  },
): Promise<void> {
  const { channel, profile, code, at } = refused;
  const raw = channel === 'email' ? profile.email : profile.phone;
  const address = raw === null ? null : channel === 'email' ? normaliseEmail(raw) : normalisePhone(raw);
  if (address === null) return;
  await insertSuppression(trx, {
    channel,
    hash: suppressionHash(deps.secret, channel, address),
    reason: reasonsByCode[code] ?? 'bounced',
    detail: code,
    at,
  });
}
