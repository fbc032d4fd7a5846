import type { ApiClient } from './client.js';
import { CliFailure } from './failure.js';
import { table } from './text.js';

/** A person as the API shows them. */
export interface Profile {
  readonly id: string;
  readonly identities: readonly { readonly kind: string; readonly value: string }[];
  readonly email: string | null;
  readonly phone: string | null;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly readings: readonly { readonly trait: string; readonly given: string; readonly kept: string | null }[];
  readonly erasedAt: string | null;
  readonly carts: readonly {
    readonly id: string;
    readonly state: string;
    readonly value: number;
    readonly totals: readonly { readonly currency: string | null; readonly value: number }[];
    readonly currency: string | null;
    readonly lines: readonly { readonly name: string; readonly quantity: number }[];
    readonly updatedAt: string;
  }[];
  readonly orders: readonly {
    readonly orderId: string;
    readonly status: string;
    readonly total: number | null;
    readonly currency: string | null;
    readonly orderedAt: string;
  }[];
  readonly consents: { readonly now: readonly { readonly channel: string; readonly topic: string; readonly granted: boolean }[] };
  readonly claims: readonly { readonly kind: string; readonly value: string; readonly at: string; readonly eventId: string }[];
  readonly suppressions: readonly { readonly channel: string; readonly reason: string; readonly at: string; readonly sentence: string }[];
}

/** A person as a search finds them. */
interface FoundPerson {
  readonly profileId: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly userIds: readonly string[];
}

interface FoundPeople {
  readonly by: 'exact' | 'part';
  readonly items: readonly FoundPerson[];
  readonly isCut: boolean;
}

/** The text goes in the body: addresses stand in no URL. */
export function searchPeople(api: ApiClient, text: string, limit: number): Promise<FoundPeople> {
  return api.post<FoundPeople>('/v1/profile-searches', { text, limit });
}

const mostShown = 10;

/**
 * The id of the one whom a text names: any id, an email, a phone, a part of the name. Throws a sentence that lists them when there are several.
 * `exactly`: a part is not enough, for what changes or shows everything about somebody.
 */
export async function findProfileId(api: ApiClient, text: string, how: { readonly exactly?: boolean } = {}): Promise<string> {
  const { by, items, isCut } = await searchPeople(api, text, mostShown);
  const [only, another] = items;
  if (only === undefined)
    throw new CliFailure(`Nobody is known by ${text}: neither by an id, nor an email, a phone or a part of the name.`);
  if (how.exactly === true && by === 'part')
    throw new CliFailure(
      `Nobody has exactly this id, email or phone: ${text}. It is only a part of what is known of these:\n${peopleTable(items, '')}`,
      2,
    );
  if (another === undefined) return only.profileId;
  const more = isCut ? '\nThere are more.' : '';
  throw new CliFailure(`Several people are known by ${text}. Say which, by the id:\n${peopleTable(items, '')}${more}`, 2);
}

/** Everything about whom a text names, as `findProfileId` finds them. */
export async function findProfile(api: ApiClient, text: string, how: { readonly exactly?: boolean } = {}): Promise<Profile> {
  return api.get<Profile>(`/v1/profiles/${encodeURIComponent(await findProfileId(api, text, how))}`);
}

export function peopleTable(people: readonly FoundPerson[], whenEmpty: string): string {
  const rows = people.map(({ profileId, name, email, phone, userIds }) => [profileId, name, email, phone, userIds.join(', ')]);
  return table(['profile', 'name', 'email', 'phone', 'the shop’s id'], rows, whenEmpty);
}
