import { consentsTrait } from '../../domain/consent/consent-events.js';
import type { Fields } from '../source.js';
import { consentsBeside } from './consents.js';
import type { BoundMapping } from './mapping.js';
import type { Row } from './row.js';
import type { FileFacts, RowSaid } from './said.js';
import { readWho } from './who.js';

/** Fields that have a meaning of their own, by the traits that events call them. */
const traitsOf = {
  first_name: 'firstName',
  last_name: 'lastName',
  locale: 'locale',
  country: 'country',
  timezone: 'timezone',
  birthday: 'birthday',
} as const;

/** A line of a list of people: what is known of them, and what they consent to. */
export function readPersonLine(row: Row, mapping: BoundMapping, facts: FileFacts): RowSaid {
  const who = readWho(row);
  const { acts, refusals } = consentsBeside(row, mapping, facts, who);
  const at = row.when('updated_at');
  const traits = { ...contact(row, who), ...ownTraits(row, mapping), ...(acts.length === 0 ? {} : { [consentsTrait]: acts }) };
  const [fault] = row.faults;
  if (fault !== undefined) return { kind: 'faulty', ...fault };
  return { kind: 'said', who, events: [{ type: 'identify', event: null, properties: {}, traits, at }], refusals, products: [] };
}

/** What is empty in the file replaces nothing. */
function contact(row: Row, { email, phone }: { readonly email: string | null; readonly phone: string | null }): Fields {
  const named = Object.entries(traitsOf).map(([field, trait]) => [trait, row.text(field)] as const);
  return Object.fromEntries([['email', email] as const, ['phone', phone] as const, ...named].filter(([, value]) => value !== null));
}

function ownTraits(row: Row, { traits }: BoundMapping): Fields {
  return Object.fromEntries(traits.map((trait) => [trait, row.value(`traits.${trait}`)] as const).filter(([, value]) => value !== null));
}
