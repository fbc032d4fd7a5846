import { type AddressKey, suppressionKeys, unsubscribeKeys } from '../../domain/consent/suppression.js';
import type { SecretEra } from '../../domain/keys/secret-eras.js';
import { everySecret, fingerprintOf } from '../../domain/keys/secrets.js';
import { everyKnownAddress } from '../../store/known-addresses.js';
import { lockEras, readEras, retireEras } from '../../store/secret-eras.js';
import { carryOverSuppressions, countSuppressions } from '../../store/suppressions.js';
import { carryOverUnsubscribes } from '../../store/unsubscribes.js';
import { resealAnswers } from '../answers/reseal-answers.js';
import type { AppDeps } from '../deps.js';

export interface CarriedOver {
  /** Suppressions that are under the signing secret now and were not before. */
  readonly carried: number;
  /** Suppressions that an older secret alone knows: of addresses that nobody here has any more, such as those of erased people. */
  readonly left: number;
}

const peopleAtOnce = 200;

/**
 * Moves the suppressions of all known addresses, and what is encrypted of answers, to the secret that signs, a few in each transaction. It
 * may run at any time and any number of times: addresses stay suppressed meanwhile, because every look-up uses all secrets.
 */
export async function carryOver(deps: Pick<AppDeps, 'store' | 'secret'>): Promise<CarriedOver> {
  let carried = 0;
  for await (const addresses of everyKnownAddress(deps.store.db, peopleAtOnce)) {
    const suppressions = distinct(addresses.flatMap((address) => suppressionKeys(deps.secret, address)));
    const unsubscribes = distinct(addresses.flatMap((address) => unsubscribeKeys(deps.secret, address)));
    carried += await deps.store.transaction(
      async (trx) => (await carryOverSuppressions(trx, suppressions)) + (await carryOverUnsubscribes(trx, unsubscribes)),
    );
  }
  await resealAnswers(deps);
  const counts = await countBySecret(deps);
  const signing = fingerprintOf(deps.secret.first);
  return { carried, left: [...counts].reduce((sum, [by, n]) => (by === signing ? sum : sum + n), 0) };
}

async function countBySecret({ store, secret }: Pick<AppDeps, 'store' | 'secret'>): Promise<ReadonlyMap<string, number>> {
  const eras = await readEras(store.db);
  return countSuppressions(store.db, eras[0]?.fingerprint ?? fingerprintOf(secret.first));
}

/** In the order of their hashes, so that two that run at once wait for each other. */
function distinct(keys: readonly AddressKey[]): readonly AddressKey[] {
  const byHash = new Map(keys.map((key) => [`${key.channel} ${key.hash}`, key]));
  return [...byHash.values()].toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
}

export interface SecretView {
  readonly fingerprint: string;
  readonly place: string | null;
  readonly since: number | null;
  readonly retiredAt: number | null;
  readonly signs: boolean;
  /** This process was given it. */
  readonly isGiven: boolean;
  /** So many suppressions are known by it. */
  readonly suppressions: number;
}

/** The secrets that this store has had, and those that this process was given, by their fingerprints. */
export async function listSecrets(deps: Pick<AppDeps, 'store' | 'secret'>): Promise<readonly SecretView[]> {
  const { store, secret } = deps;
  const counts = await countBySecret(deps);
  const given = everySecret(secret).map(fingerprintOf);
  const eras = new Map<string, SecretEra>((await readEras(store.db)).map((era) => [era.fingerprint, era]));
  return [...new Set([...eras.keys(), ...given])].map((fingerprint) => {
    const era = eras.get(fingerprint);
    return {
      fingerprint,
      place: era?.place ?? null,
      since: era?.since ?? null,
      retiredAt: era?.retiredAt ?? null,
      signs: fingerprint === given[0],
      isGiven: given.includes(fingerprint),
      suppressions: counts.get(fingerprint) ?? 0,
    };
  });
}

export type RetireResult =
  | { readonly kind: 'retired'; readonly fingerprint: string }
  | { readonly kind: 'unknown' }
  /** It signs. */
  | { readonly kind: 'in-use' }
  /** So many suppressions are known by an older secret alone. */
  | { readonly kind: 'needed'; readonly left: number };

/**
 * Lets a later start leave a secret out. Links that it signed end then, and suppressions that are known by it alone are forgotten, which is
 * why that is refused unless `force` is said.
 */
export async function retireSecret(
  deps: Pick<AppDeps, 'store' | 'secret' | 'clock'>,
  fingerprint: string,
  { force }: { readonly force: boolean },
): Promise<RetireResult> {
  if (fingerprint === fingerprintOf(deps.secret.first)) return { kind: 'in-use' };
  if (!(await readEras(deps.store.db)).some((era) => era.fingerprint === fingerprint)) return { kind: 'unknown' };
  await carryOver(deps);
  const left = (await countBySecret(deps)).get(fingerprint) ?? 0;
  if (left > 0 && !force) return { kind: 'needed', left };
  await deps.store.transaction(async (trx) => {
    await lockEras(trx);
    await retireEras(trx, fingerprint, deps.clock.now());
  });
  return { kind: 'retired', fingerprint };
}
