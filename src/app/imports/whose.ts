import { suppressionKey } from '../../domain/consent/suppression.js';
import { keyed, type Secrets } from '../../domain/keys/secrets.js';
import { normaliseAddress } from '../../domain/messages/channel.js';
import type { Who } from '../../sources/file/said.js';
import { findNamed, type NamedPerson, readErased, readOwnRefusals } from '../../store/people-in-files.js';
import type { AppDeps } from '../deps.js';

/** By which id the events of a line come. */
export type Whose =
  | {
      readonly kind: 'known' | 'new';
      readonly userId: string | null;
      readonly anonymousId: string | null;
      readonly profileId: string | null;
    }
  | { readonly kind: 'erased' }
  /** Several people of the shop have the address. */
  | { readonly kind: 'several' };

/** What is known of the people whom lines name, read at once for all of them. */
export interface PeopleNamed {
  readonly whose: (who: Who) => Whose;
  /** Has this person refused this, on this channel, to us? */
  readonly hasRefused: (profileId: string, channel: string, topic: string) => boolean;
}

/** Reads who has the ids and addresses that lines name. Four statements. */
export async function readPeopleNamed({ store, secret }: Pick<AppDeps, 'store' | 'secret'>, named: readonly Who[]): Promise<PeopleNamed> {
  const emails = [...new Set(named.flatMap(({ email }) => email ?? []))];
  const phones = [...new Set(named.flatMap(({ phone }) => normaliseAddress('sms', phone) ?? []))];
  const userIds = [...new Set(named.flatMap(({ userId }) => userId ?? []))];
  const found = await findNamed(store.db, { userIds, emails, phones });
  const keys = [
    ...emails.map((email) => suppressionKey(secret, 'email', email)),
    ...phones.map((phone) => suppressionKey(secret, 'sms', phone)),
  ];
  const erased = await readErased(store.db, keys);
  const isErased = (channel: 'email' | 'sms', address: string | null) =>
    address !== null && erased.size > 0 && erased.has(suppressionKey(secret, channel, address).hash);
  const everybody = [
    ...found.byUserId.values(),
    ...[...found.byEmail.values(), ...found.byPhone.values()].flat().map(({ profileId }) => profileId),
  ];
  const refusals = await readOwnRefusals(store.db, [...new Set(everybody)]);
  const refused = new Set(refusals.map(({ profileId, channel, topic }) => `${profileId} ${channel} ${topic}`));
  return {
    whose: (who) => {
      const phone = normaliseAddress('sms', who.phone);
      if (isErased('email', who.email) || isErased('sms', phone)) return { kind: 'erased' };
      if (who.userId !== null)
        return { kind: 'known', userId: who.userId, anonymousId: null, profileId: found.byUserId.get(who.userId) ?? null };
      const people = who.email === null ? (found.byPhone.get(phone ?? '') ?? []) : (found.byEmail.get(who.email) ?? []);
      return personOf(people) ?? newcomer(secret, who);
    },
    hasRefused: (profileId, channel, topic) =>
      refused.has(`${profileId} ${channel} ${topic}`) || refused.has(`${profileId} ${channel} marketing`),
  };
}

/** A person whom the shop knows by an id of its own counts before visitors; of two such, nobody can say who is meant. */
function personOf(people: readonly NamedPerson[]): Whose | null {
  const known = people.filter(({ kind }) => kind === 'user');
  const [one, other] = known.length > 0 ? known : people.toSorted((a, b) => (a.profileId < b.profileId ? -1 : 1)).slice(0, 1);
  if (one === undefined) return null;
  if (other !== undefined) return { kind: 'several' };
  const { kind, value, profileId } = one;
  return { kind: 'known', userId: kind === 'user' ? value : null, anonymousId: kind === 'user' ? null : value, profileId };
}

/** Somebody of whom only an address is known gets an id that cannot be turned back into it. */
function newcomer(secret: Secrets, { email, phone }: Who): Whose {
  const anonymousId = `address-${keyed(secret, 'addresses', `file:${email ?? phone ?? ''}`).slice(0, 32)}`;
  return { kind: 'new', userId: null, anonymousId, profileId: null };
}
