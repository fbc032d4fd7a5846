import { noFields } from '../../domain/answers/field.js';
import { openAll } from '../../domain/answers/seal-special.js';
import { readKeptOfPerson } from '../../store/export.js';
import type { AppDeps } from '../deps.js';
import { type ProfileStory, showProfile } from './show-profile.js';

/** All that is kept of one person, for the person (GDPR Art. 15 and 20). Instants in milliseconds since 1970 UTC. Personal data. */
export interface ProfileExport {
  readonly exportedAt: number;
  readonly profile: ProfileStory;
  /** `KeptOfPerson`. */
  readonly [list: string]: unknown;
}

/** Null: no such profile, or it was erased. */
export async function exportProfile(
  deps: Pick<AppDeps, 'store' | 'secret' | 'clock' | 'policies' | 'shop' | 'fields'>,
  profileId: string,
): Promise<ProfileExport | null> {
  const profile = await showProfile(deps, profileId);
  if (profile === null || profile.erasedAt !== null) return null;
  // What is encrypted where it is kept is the person's own: they get it as they said it.
  const kept = openAll(deps.secret, deps.fields?.current() ?? noFields, await readKeptOfPerson(deps.store.db, profile.id));
  return { exportedAt: deps.clock.now(), profile, ...kept };
}
