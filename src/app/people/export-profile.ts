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
  deps: Pick<AppDeps, 'store' | 'secret' | 'clock' | 'policies' | 'shop'>,
  profileId: string,
): Promise<ProfileExport | null> {
  const profile = await showProfile(deps, profileId);
  if (profile === null || profile.erasedAt !== null) return null;
  return { exportedAt: deps.clock.now(), profile, ...(await readKeptOfPerson(deps.store.db, profile.id)) };
}
