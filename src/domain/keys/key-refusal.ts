/** What a browser key may not, by the code that its event or dead letter notes, as it reads behind a number: "12 × tried to …". */
const refusals = {
  'address-not-vouched': 'tried to change the address or number of a known person: kept as a claim',
  'user-not-vouched': 'claimed to be a known person, from a browser that is not theirs: kept as a claim',
  'yes-to-confirm': 'said yes for a known person or after an unsubscribe: waits for the person',
  'proof-left-out': 'gave a basis, a confirmation or evidence for a yes: ignored',
  'objection-stands': 'tried to lift an objection to profiling or tracking: it stays',
  'cart-not-vouched': 'tried to fill the cart of a known person: not changed',
  'consent-needs-server-key': 'said yes to a topic that is not offered: not recorded',
  'needs-server-key': 'sent history, or a yes to a topic that is not offered: a dead letter',
} as const;
export type RefusedToKey = keyof typeof refusals;

export function isRefusedToKey(code: string): code is RefusedToKey {
  return Object.hasOwn(refusals, code);
}

export function refusalWords(code: string): string {
  return isRefusedToKey(code) ? refusals[code] : code;
}
