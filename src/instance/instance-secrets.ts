import type { Log } from '../app/deps.js';
import { missingSecret, settingPlace, takeSecrets } from '../app/keys/take-secrets.js';
import type { SecretEra } from '../domain/keys/secret-eras.js';
import { fingerprintOf, type Secrets, secretsOf } from '../domain/keys/secrets.js';
import type { Clock } from '../domain/time/clock.js';
import type { Config } from '../settings/config.js';
import type { Store } from '../store/db.js';
import { readEras } from '../store/secret-eras.js';
import { makeSecret, readSecret, secretFile } from './data-folder.js';

/**
 * The secrets of this process: those of SOJOURN_SECRET, else the one of the data folder, made at the first start of an embedded instance.
 * Throws a sentence when they do not fit the store.
 */
export async function openSecrets(
  config: Pick<Config, 'SOJOURN_SECRET'>,
  dataFolder: string,
  deps: { readonly store: Store; readonly clock: Clock },
): Promise<Secrets> {
  const [first, ...others] = config.SOJOURN_SECRET ?? [];
  if (first !== undefined)
    return takeSecrets(deps, { secrets: secretsOf(first, ...others), place: settingPlace, file: await keptIn(dataFolder) });
  const place = secretFile(dataFolder);
  const kept = await readSecret(dataFolder);
  if (kept !== null) return takeSecrets(deps, { secrets: secretsOf(kept), place, file: null });
  const present = (await readEras(deps.store.db)).at(-1);
  if (present !== undefined) throw new Error(goneFrom(present.place, place));
  return takeSecrets(deps, { secrets: secretsOf(await makeSecret(dataFolder)), place, file: null });
}

/** The secret that the data folder has beside the setting, to tell where the present one is. */
async function keptIn(dataFolder: string): Promise<{ readonly path: string; readonly fingerprint: string } | null> {
  const kept = await readSecret(dataFolder);
  return kept === null ? null : { path: secretFile(dataFolder), fingerprint: fingerprintOf(kept) };
}

function goneFrom(present: string, file: string): string {
  return present === settingPlace
    ? `The secret of this store was given as ${settingPlace}, which is not set now: set it again. Links that are out and suppressions depend on it.`
    : `The secret of this store was in the file ${present}, and ${file} is not there now: bring it back from a backup. Links that are out and suppressions depend on it.`;
}

/** Knows of secrets that other processes have begun to sign with and that this one was not given. */
export interface SecretWatch {
  /** The fingerprint of one; null: all is known. */
  missing(): string | null;
  /** `eras`: all secrets that have signed, the oldest first. */
  take(eras: readonly SecretEra[]): void;
}

/**
 * A process that lacks one knows neither the suppressions nor the links that it made, so it must send nothing until it restarts with it.
 */
export function watchSecrets({ secret, log }: { readonly secret: Secrets; readonly log: Log }): SecretWatch {
  let missing: string | null = null;
  return {
    missing: () => missing,
    take(eras) {
      const found = missingSecret(secret, eras);
      if (found !== null && missing === null)
        log.error({ fingerprint: found }, 'Another process signs with a secret that this one was not given: this one sends nothing.');
      missing = found;
    },
  };
}
