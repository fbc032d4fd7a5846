import { everySecret } from '../../domain/keys/secrets.js';
import { ourselves, type Speaker, type SpeakerOf, type WriteKey } from '../../domain/keys/speaker.js';
import { longestTokenMs, readUserToken, userTokenSecret } from '../../domain/keys/user-token.js';
import type { Instant } from '../../domain/time/instant.js';
import {
  lockUserTokenVersion,
  readUserTokenVersion,
  type UserTokenVersion,
  writeUserTokenVersion,
} from '../../store/user-token-version.js';
import type { AppDeps } from '../deps.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'secret'>;

/** How long an answer about the secrets counts, in real milliseconds: a rotated one stops after that. */
const trustMs = 5_000;

/** The secrets that tokens may be signed by now, the newest first. Asks the store once in five seconds. */
export function userTokenSecrets(deps: Deps): () => Promise<readonly string[]> {
  let known: { readonly version: UserTokenVersion; readonly until: Instant } | null = null;
  return async () => {
    const now = deps.clock.realNow();
    if (known === null || known.until <= now) known = { version: await readUserTokenVersion(deps.store.db), until: now + trustMs };
    const { version, previousUntil } = known.version;
    const versions = previousUntil !== null && now < previousUntil ? [version, version - 1] : [version];
    return versions.flatMap((one) => everySecret(deps.secret).map((secret) => userTokenSecret(secret, one)));
  };
}

/** The secret in force, for the shop's own servers. `previousUntil` (real time): until when the one before counts too. */
export interface ShownTokenSecret {
  readonly secret: string;
  readonly version: number;
  readonly previousUntil: Instant | null;
}

export async function showUserTokenSecret(deps: Deps): Promise<ShownTokenSecret> {
  return shown(deps, await readUserTokenVersion(deps.store.db));
}

/** A new secret in the place of the old one, which counts for as long as its tokens may live; `atOnce`: not at all, because it leaked. */
export async function rotateUserTokenSecret(deps: Deps, how: { readonly atOnce: boolean }): Promise<ShownTokenSecret> {
  const next = await deps.store.transaction(async (trx) => {
    const { version } = await lockUserTokenVersion(trx);
    const rotated = { version: version + 1, previousUntil: how.atOnce ? null : deps.clock.realNow() + longestTokenMs };
    await writeUserTokenVersion(trx, rotated, deps.clock.now());
    return rotated;
  });
  return shown(deps, next);
}

function shown({ secret }: Deps, { version, previousUntil }: UserTokenVersion): ShownTokenSecret {
  return { secret: userTokenSecret(secret.first, version), version, previousUntil };
}

/** For the events of one request. `at`: real time. */
export function speakersBy(key: WriteKey, secrets: readonly string[], at: Instant): SpeakerOf {
  const plain: Speaker = { ...ourselves, kind: key.kind, keyId: key.id, lineage: key.lineage };
  return ({ userId, previousId }, token) => {
    // A server key vouches by itself.
    if (token === null || key.kind === 'server') return { speaker: plain, note: null };
    const reading = readUserToken(token, secrets, at);
    if (reading.kind === 'invalid') return { speaker: plain, note: `token-${reading.reason}` };
    const vouchesUser = userId !== null && reading.token.userId === userId;
    const vouchesPrevious = vouchesUser && previousId !== null && reading.token.previousId === previousId;
    return { speaker: { ...plain, vouchesUser, vouchesPrevious }, note: userId === null || vouchesUser ? null : 'token-of-another' };
  };
}
