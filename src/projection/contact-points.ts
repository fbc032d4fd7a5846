import { type CountryCode, isSupportedCountry } from 'libphonenumber-js/max';
import { checkEmail } from '../channels/email/address.js';
import { isFictionalPhone, parsePhone } from '../channels/sms/address.js';
import { countryCode } from '../domain/places/zone-evidence.js';

/** Where a person can be reached, as their traits tell it. */
export interface ContactPoints {
  readonly email: string | null;
  /** E.164. Whether a text may go there is the gate's question: it knows mobiles from landlines. */
  readonly phone: string | null;
  /** Traits that are there and say nothing usable: the trait stays, nothing is sent to it. */
  readonly problems: readonly ('invalid-email' | 'invalid-phone')[];
}

/**
 * Reads the `email` and `phone` traits; invisible marks around and in them do not matter. A number without its country code is read as one
 * of the person's country (a code of ISO 3166 or an English name), else of the shop's, where it is a valid one there.
 */
export function contactPoints(traits: Readonly<Record<string, unknown>>, shopCountry: string | null = null): ContactPoints {
  const email = readEmail(traits['email']);
  const phone = readPhone(traits['phone'], countryOf(traits), supported(shopCountry));
  return {
    email,
    phone,
    problems: [
      ...(email === null && isGiven(traits['email']) ? (['invalid-email'] as const) : []),
      ...(phone === null && isGiven(traits['phone']) ? (['invalid-phone'] as const) : []),
    ],
  };
}

function readEmail(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const check = checkEmail(value.replace(invisible, ''));
  return check.kind === 'ok' ? check.address : null;
}

/** Marks that copying brings along, and no part of an address. */
const invisible = /[\p{Cf}\p{Cc}\ufeff]/gu;

function readPhone(value: unknown, own: CountryCode | undefined, shop: CountryCode | undefined): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value).replace(invisible, '').trim();
  // `00` is what a plus is called on most telephones.
  const written = text.startsWith('00') ? `+${text.slice(2)}` : text;
  if (own !== undefined || written.startsWith('+')) return numberOf(written, own, false);
  // Nothing says that the person is where the shop is: only what is a number there is taken for one.
  return shop === undefined ? null : numberOf(written, shop, true);
}

function numberOf(text: string, country: CountryCode | undefined, mustBeValid: boolean): string | null {
  const number = parsePhone(text, country);
  if (number === undefined || number.ext || !number.isPossible()) return null;
  return !mustBeValid || number.isValid() || isFictionalPhone(number.number) ? number.number : null;
}

/** `country`, or the country of Segment's reserved trait `address`; a code, or the English name. */
function countryOf(traits: Readonly<Record<string, unknown>>): CountryCode | undefined {
  const address = traits['address'];
  const inAddress = typeof address === 'object' && address !== null && 'country' in address ? address.country : undefined;
  const told = [traits['country'], inAddress].find((value) => typeof value === 'string' && value.trim() !== '');
  return typeof told === 'string' ? supported(countryCode(told)) : undefined;
}

function supported(code: string | null): CountryCode | undefined {
  return code !== null && isSupportedCountry(code) ? code : undefined;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
