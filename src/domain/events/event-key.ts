import { remembered } from '../values/remembered.js';

/** A shop's events have the same few names. */
const namesKept = 2_000;

/** An event's name as names are compared: in any case of letters, with any blanks between its words and none around them. */
export const eventKey: (name: string) => string = remembered(spell, namesKept);

function spell(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Cc}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

/** A refusal's name, as far as it can be read: `consent_revoked`, `Consent-Denied` and `ConsentRevoked` too. Null: it is none. */
export const refusalName: (name: string) => 'denied' | 'withdrawn' | null = remembered(
  (name) => refusals.get(eventKey(name).replace(/[^a-z]/g, '')) ?? null,
  namesKept,
);

const refusals: ReadonlyMap<string, 'denied' | 'withdrawn'> = new Map([
  ['consentdenied', 'denied'],
  ['consentrefused', 'denied'],
  ['consentrevoked', 'withdrawn'],
  ['consentwithdrawn', 'withdrawn'],
]);

/** Does an event of this name end something: an order, or a refusal? In doubt it counts as later. */
export function endsSomething(name: string): boolean {
  return refusalName(name) !== null || orders.has(eventKey(name));
}

const orders: ReadonlySet<string> = new Set(['order created', 'order placed', 'order completed', 'completed order']);
