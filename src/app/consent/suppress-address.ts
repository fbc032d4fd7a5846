import { type SuppressionReason, suppressionKey } from '../../domain/consent/suppression.js';
import { addressOf, type Channel, channelKind, normaliseAddress } from '../../domain/messages/channel.js';
import type { Addressed } from '../../domain/messages/channel-kind.js';
import type { Instant } from '../../domain/time/instant.js';
import type { Trx } from '../../store/db.js';
import { insertSuppression } from '../../store/suppressions.js';
import type { AppDeps } from '../deps.js';

type Deps = Pick<AppDeps, 'secret' | 'log' | 'metrics'>;

/** A provider said that this address is not to be written to again. Nothing where the profile has another by now, which nobody refused. */
export async function suppressAddress(
  deps: Deps,
  trx: Trx,
  refused: {
    readonly channel: Channel;
    readonly profile: Addressed;
    readonly usedAddress: string | null;
    readonly code: string;
    readonly at: Instant;
  },
): Promise<void> {
  const { channel, profile, usedAddress, code, at } = refused;
  const address = addressOf(profile, channel);
  const action = channelKind(channel).readReport({ status: 'rejected', code });
  if (address !== null && address === usedAddress)
    await suppress(deps, trx, { channel, address, reason: action?.kind === 'suppress' ? action.reason : 'bounced', code, at });
}

/**
 * Suppresses this address. `code`: of the provider, no personal data. If a carrier calls a number stopped and we do not, the two lists have
 * drifted apart: an operator should know.
 */
export async function suppress(
  deps: Deps,
  trx: Trx,
  refused: {
    readonly channel: Channel;
    readonly address: string;
    readonly reason: SuppressionReason;
    readonly code: string | null;
    readonly at: Instant;
  },
): Promise<void> {
  const { channel, reason, code, at } = refused;
  const address = normaliseAddress(channel, refused.address);
  if (address === null) return;
  const isNew = await insertSuppression(trx, { ...suppressionKey(deps.secret, channel, address), reason, detail: code, at });
  if (!isNew || reason !== 'stopped') return;
  deps.metrics.alarm('suppression-drift');
  deps.log.error(
    { code },
    'A number that the carrier holds as stopped was not suppressed here: a STOP did not reach us. It is suppressed now.',
  );
}
