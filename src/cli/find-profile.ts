import type { FoundPerson, ProfileSearchAnswer } from '../api/contract/profile-searches.js';
import type { Profile } from '../api/contract/profiles.js';
import type { ApiClient } from './client.js';
import { CliFailure } from './failure.js';
import { readAnswer } from './read-answer.js';
import { table } from './text.js';

/** The text goes in the body: addresses stand in no URL. */
export async function searchPeople(api: ApiClient, text: string, limit: number): Promise<ProfileSearchAnswer> {
  const { profileSearchAnswer } = await import('../api/contract/profile-searches.js');
  return readAnswer(profileSearchAnswer, await api.post<ProfileSearchAnswer>('/v1/profile-searches', { text, limit }));
}

const mostShown = 10;

/**
 * The id of the one whom a text names: any id, an email, a phone, a part of the name. Throws a sentence that lists them when there are
 * several.
 * `exactly`: a part is not enough, for what changes or shows everything about somebody.
 */
export async function findProfileId(api: ApiClient, text: string, how: { readonly exactly?: boolean } = {}): Promise<string> {
  const { by, items, isCut } = await searchPeople(api, text, mostShown);
  const [only, another] = items;
  if (only === undefined) throw new CliFailure(`Nobody was found by ${text}: no person has this id, email, phone or part of a name.`);
  if (how.exactly === true && by === 'part')
    throw new CliFailure(
      `Nobody has exactly this id, email or phone: ${text}. It is only part of the data of these people:\n${peopleTable(items, '')}`,
      2,
    );
  if (another === undefined) return only.profileId;
  const more = isCut ? '\nThere are more.' : '';
  throw new CliFailure(`${text} fits several people. Give the id of one of them:\n${peopleTable(items, '')}${more}`, 2);
}

/** Everything about whom a text names, as `findProfileId` finds them. */
export async function findProfile(api: ApiClient, text: string, how: { readonly exactly?: boolean } = {}): Promise<Profile> {
  return api.get<Profile>(`/v1/profiles/${encodeURIComponent(await findProfileId(api, text, how))}`);
}

export function peopleTable(people: readonly FoundPerson[], whenEmpty: string): string {
  const rows = people.map(({ profileId, name, email, phone, userIds }) => [profileId, name, email, phone, userIds.join(', ')]);
  return table(['profile', 'name', 'email', 'phone', 'the shop’s id'], rows, whenEmpty);
}
