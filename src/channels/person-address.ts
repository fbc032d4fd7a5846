import type { Channel } from '../domain/messages/channel.js';
import { textTrait } from '../domain/people/text-trait.js';
import { checkEmail } from './email/address.js';
import { checkPhone, countryOfPhone } from './sms/address.js';

/**
 * The address on a channel as it is now, and whether a message may go there. `allowFictional`: numbers reserved for fiction count as mobiles; `countries`: where texts may
 * go (ISO 3166), because texts to the world are how others make money of a shop (toll fraud).
 */
export function reach(
  profile: { readonly email: string | null; readonly phone: string | null; readonly traits: Readonly<Record<string, unknown>> },
  channel: Channel,
  { allowFictional, countries }: { readonly allowFictional: boolean; readonly countries: readonly string[] | 'all' },
): { readonly kind: 'ok'; readonly address: string; readonly country?: string } | { readonly kind: 'no'; readonly code: string } {
  if (channel === 'email') return checkEmail(profile.email);
  const country = textTrait(profile, 'country');
  const check = checkPhone(profile.phone, { allowFictional, ...(country?.length === 2 ? { country } : {}) });
  if (check.kind !== 'ok') return check;
  const of = countryOfPhone(check.e164);
  if (countries !== 'all' && (of === null || !countries.includes(of))) return { kind: 'no', code: 'country-not-served' };
  return { kind: 'ok', address: check.e164, ...(of === null ? {} : { country: of }) };
}
