import type { Channel } from '../domain/channel.js';
import { textTrait } from '../domain/text-trait.js';
import { checkEmail } from './email/address.js';
import { checkPhone } from './sms/address.js';

/** The address on a channel as it is now, and whether a message may go there. `allowFictional`: numbers reserved for fiction count as mobiles. */
export function reach(
  profile: { readonly email: string | null; readonly phone: string | null; readonly traits: Readonly<Record<string, unknown>> },
  channel: Channel,
  { allowFictional }: { readonly allowFictional: boolean },
): { readonly kind: 'ok'; readonly address: string } | { readonly kind: 'no'; readonly code: string } {
  if (channel === 'email') return checkEmail(profile.email);
  const country = textTrait(profile, 'country');
  const check = checkPhone(profile.phone, { allowFictional, ...(country?.length === 2 ? { country } : {}) });
  return check.kind === 'ok' ? { kind: 'ok', address: check.e164 } : check;
}
