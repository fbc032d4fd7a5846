import type { Channel } from '../../domain/messages/channel.js';
import type { Fields } from '../source.js';
import { digits, gidDigits, given, idOf, record, text } from './fields.js';
import type { Part } from './part.js';
import { alias, contactOf, customerUser, identify, type Said, track } from './who.js';

/** `customers/create`, `customers/update`. A verified address is no consent. */
export function partsOfCustomer(body: Fields): readonly Part[] {
  const id = idOf(body);
  const contact = contactOf(body);
  if (id === null || Object.keys(contact).length === 0) return [];
  return [{ kind: 'customer', key: null, body: { customer_id: id, contact, updated_at: text(body['updated_at']) } }];
}

export function sayCustomer(body: Fields): Said {
  return identify(ofCustomer(body), record(body['contact']), body['updated_at']);
}

/** `customers/merge`: nothing happens before it is completed. */
export function partsOfMerge(body: Fields): readonly Part[] {
  const kept = gidDigits(body['admin_graphql_api_customer_kept_id']);
  const deleted = gidDigits(body['admin_graphql_api_customer_deleted_id']);
  if (kept === null || deleted === null || text(body['status'])?.toLowerCase() !== 'completed') return [];
  return [{ kind: 'customer-merge', key: `${kept}/${deleted}`, body: { customer_id: kept, merged_id: deleted } }];
}

export function sayMerge(body: Fields): Said {
  return alias(customerUser(text(body['customer_id']) ?? ''), customerUser(text(body['merged_id']) ?? ''), null);
}

/** `customer.tags_added`, `customer.tags_removed`. */
export function partsOfTags(change: 'added' | 'removed'): (body: Fields) => readonly Part[] {
  return (body) => {
    const id = gidDigits(body['customerId']) ?? digits(body['customerId']);
    if (id === null) return [];
    return [{ kind: 'tags', key: null, body: { customer_id: id, change, tags: body['tags'], updated_at: text(body['occurredAt']) } }];
  };
}

export function sayTags(body: Fields): Said {
  const name = body['change'] === 'removed' ? 'Customer Tags Removed' : 'Customer Tags Added';
  return track(name, ofCustomer(body), { tags: body['tags'] }, body['updated_at']);
}

/**
 * `customers_email_marketing_consent/update` and `customers_marketing_consent/update` (texts). Shopify says neither words nor page, and
 * staff and other apps write it too: a yes counts as an import with its evidence, so it lifts no refusal that was given to us. States that
 * are no statement (`not_subscribed`, null) and those that wait (`pending`) tell nothing. `field`: where the body says it.
 */
export function partsOfConsent(channel: Channel, field: string): (body: Fields) => readonly Part[] {
  return (body) => {
    const id = digits(body['customer_id']) ?? digits(body['id']);
    const said = record(body[field]);
    const state = states.get(text(said['state'])?.toLowerCase() ?? '');
    if (id === null || state === undefined) return [];
    return [
      {
        kind: 'consent',
        key: null,
        body: given({
          customer_id: id,
          channel,
          state,
          level: text(said['opt_in_level']),
          collected_from: text(said['consent_collected_from']),
          updated_at: text(said['consent_updated_at']),
        }),
      },
    ];
  };
}

const states: ReadonlyMap<string, 'granted' | 'withdrawn'> = new Map([
  ['subscribed', 'granted'],
  ['unsubscribed', 'withdrawn'],
  ['invalid', 'withdrawn'],
  ['redacted', 'withdrawn'],
]);

export function sayConsent(body: Fields): Said {
  const { channel, level, collected_from: collectedFrom, updated_at: at } = body;
  if (body['state'] !== 'granted') return track('Consent Revoked', ofCustomer(body), { channel, source: 'shopify' }, at);
  const evidence = ['shopify', text(level), text(collectedFrom), text(at)].filter((one) => one !== null).join(' ');
  const confirmed = level === 'confirmed_opt_in' ? { double_opt_in_confirmed_at: at } : {};
  return track('Consent Granted', ofCustomer(body), given({ channel, method: 'import', source: 'shopify', evidence, ...confirmed }), at);
}

function ofCustomer(body: Fields): { readonly userId: string; readonly anonymousId: null } {
  return { userId: customerUser(text(body['customer_id']) ?? ''), anonymousId: null };
}
