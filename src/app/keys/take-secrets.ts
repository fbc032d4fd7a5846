import { judgeSecrets, type SecretEra } from '../../domain/keys/secret-eras.js';
import { everySecret, fingerprintOf, type Secrets } from '../../domain/keys/secrets.js';
import type { Clock } from '../../domain/time/clock.js';
import { messageIdFor } from '../../domain/values/ids.js';
import type { Store, Trx } from '../../store/db.js';
import { beginEra, isUntouched, lockEras, newestStepMessage, readEras } from '../../store/secret-eras.js';

/** What a process was given: the secrets, the signing one in front, and where that came from. */
export interface GivenSecrets {
  readonly secrets: Secrets;
  readonly place: string;
  /** What a data folder keeps although the setting is set. */
  readonly file: { readonly path: string; readonly fingerprint: string } | null;
}

/**
 * Takes the secrets for this store, and notes which one signs from now on. Throws a sentence if a secret is missing on which links,
 * suppressions and message ids of this store depend: it says where that secret was set.
 */
export async function takeSecrets(deps: { readonly store: Store; readonly clock: Clock }, given: GivenSecrets): Promise<Secrets> {
  return deps.store.transaction(async (trx) => {
    await lockEras(trx);
    const eras = await readEras(trx);
    return eras.length === 0 ? beginFirst(trx, deps.clock, given) : goOn(trx, deps.clock, given, eras);
  });
}

async function goOn(trx: Trx, clock: Clock, given: GivenSecrets, eras: readonly SecretEra[]): Promise<Secrets> {
  const judged = judgeSecrets(given.secrets, eras);
  if (judged.kind === 'lacks') throw new Error(lacks(given, judged.era));
  if (!judged.begins) return judged.secrets;
  const since = clock.now();
  const { first } = given.secrets;
  const derives = judged.secrets.plain?.has(first) !== true;
  await beginEra(trx, { fingerprint: fingerprintOf(first), place: given.place, since, derives });
  return { ...judged.secrets, eras: [...(judged.secrets.eras ?? []), { secret: first, since }] };
}

/** A store from before eras were noted: the newest message tells which secret made it, and it goes on without keys derived from it. */
async function beginFirst(trx: Trx, clock: Clock, { secrets, place }: GivenSecrets): Promise<Secrets> {
  const message = await newestStepMessage(trx);
  const all = everySecret(secrets);
  const signed =
    message === null
      ? secrets.first
      : all.find((secret) => messageIdFor(secret, `${message.entryId}|${message.step}|${message.visit}`) === message.id);
  if (signed === undefined)
    throw new Error(
      `The messages of this store were made with another secret than ${place} has. Links that are out and suppressions depend on it. ` +
        'It was in SOJOURN_SECRET, or in the file "secret" of the data folder: set SOJOURN_SECRET=<new>,<that one>. The first signs, the others go on working.',
    );
  const eras = [{ secret: signed, since: 0 }, ...(signed === secrets.first ? [] : [{ secret: secrets.first, since: clock.now() }])];
  const plain = new Set((await isUntouched(trx)) ? [] : [signed]);
  for (const { secret, since } of eras)
    await beginEra(trx, { fingerprint: fingerprintOf(secret), place, since, derives: !plain.has(secret) });
  return { ...secrets, eras, ...(plain.size === 0 ? {} : { plain }) };
}

function lacks({ place, file }: GivenSecrets, { fingerprint, place: last }: SecretEra): string {
  const present = file?.fingerprint === fingerprint ? file.path : last;
  const where = present === settingPlace ? 'was given as SOJOURN_SECRET' : `is in the file ${present}`;
  const mend =
    place === settingPlace
      ? 'set SOJOURN_SECRET=<new>,<the present one>. The first signs, the others go on working.'
      : 'set SOJOURN_SECRET to it again.';
  return (
    `This store's links, suppressions and message ids are made with another secret. The present one (fingerprint ${fingerprint}) ${where}. ` +
    `Without it people who unsubscribed would be written to again, so nothing was started: ${mend}`
  );
}

export const settingPlace = 'SOJOURN_SECRET';

/** The fingerprint of a secret that this process was not given and that another process signs with, or that is still needed; null: none. */
export function missingSecret(secret: Secrets, eras: readonly SecretEra[]): string | null {
  const judged = judgeSecrets(secret, eras);
  return judged.kind === 'lacks' ? judged.era.fingerprint : null;
}
