import type { Instant } from '../time/instant.js';
import { everySecret, fingerprintOf, type Secrets } from './secrets.js';

/** From when on which secret signed. */
export interface SecretEra {
  readonly fingerprint: string;
  /** Where it was given when the era began: the name of the setting, or a file. */
  readonly place: string;
  /** Service instant; 0 for the first. */
  readonly since: Instant;
  /** Since when a start may leave it out; null: it is needed. */
  readonly retiredAt: Instant | null;
  /** Is a key derived for each purpose? Secrets that signed before keys were derived go on without. */
  readonly derives: boolean;
}

export type SecretJudgement =
  /** `begins`: the secret in front has not signed last. */
  | { readonly kind: 'fits'; readonly secrets: Secrets; readonly begins: boolean }
  /** `era`: whose secret is needed and not given. */
  | { readonly kind: 'lacks'; readonly era: SecretEra };

/** May a process with these secrets, the signing one in front, work on a store that has these eras, the oldest first? */
export function judgeSecrets(given: Secrets, eras: readonly SecretEra[]): SecretJudgement {
  const known = new Map(everySecret(given).map((secret) => [fingerprintOf(secret), secret]));
  const era = lacking(known, eras);
  if (era !== null) return { kind: 'lacks', era };
  const past = eras.flatMap(({ fingerprint, since }) => {
    const secret = known.get(fingerprint);
    return secret === undefined ? [] : [{ secret, since }];
  });
  const begins = eras.at(-1)?.fingerprint !== fingerprintOf(given.first);
  const plain = new Set(
    everySecret(given).filter((secret) => eras.some((one) => !one.derives && one.fingerprint === fingerprintOf(secret))),
  );
  return {
    kind: 'fits',
    secrets: { first: given.first, others: given.others, eras: past, ...(plain.size === 0 ? {} : { plain }) },
    begins,
  };
}

/** The newest era whose secret is needed and is not there. */
function lacking(known: ReadonlyMap<string, string>, eras: readonly SecretEra[]): SecretEra | null {
  return eras.findLast(({ fingerprint, retiredAt }) => retiredAt === null && !known.has(fingerprint)) ?? null;
}
