import { type Budgeted, hourOf, untilNextHour, usualLimits } from '../../domain/keys/key-budget.js';
import { countTexts, readKeyUse } from '../../store/budgets.js';
import type { AppDeps } from '../deps.js';

/** What may be brought about in an hour, by a browser key or in texts to a country, and how much of it has been. */
export type Budget = { readonly used: number; readonly limit: number } & (
  | { readonly what: Budgeted; readonly whose: { readonly keyId: string; readonly name: string } }
  | { readonly what: 'texts'; readonly whose: { readonly country: string } }
);

/** Of this hour, for each key that used something; of the last 60 minutes, for each country that texts go to. */
export async function readBudgets(deps: Pick<AppDeps, 'store' | 'clock' | 'keyLimits' | 'shop'>): Promise<readonly Budget[]> {
  const now = deps.clock.now();
  const { countries, perHour } = deps.shop.texts;
  const [keys, texts] = await Promise.all([readKeyUse(deps.store.db, hourOf(now)), countTexts(deps.store.db, countries, now)]);
  const limits = deps.keyLimits ?? usualLimits;
  return [
    ...keys.map(({ keyId, name, what, used }): Budget => ({ what, whose: { keyId, name }, used, limit: limits[what] })),
    ...countries.map((country): Budget => ({ what: 'texts', whose: { country }, used: texts.get(country) ?? 0, limit: perHour })),
  ];
}

const begun: Readonly<Record<Budgeted, string>> = {
  profiles: 'made as many new people as it may in an hour, and more are refused',
  consents: 'told as many yeses as it may in an hour, and more are refused',
  messages: 'begun as many entries as it may in an hour, and more begin nothing',
};
const settings: Readonly<Record<Budgeted, string>> = {
  profiles: 'SOJOURN_BROWSER_KEY_PROFILES',
  consents: 'SOJOURN_BROWSER_KEY_CONSENTS',
  messages: 'SOJOURN_BROWSER_KEY_MESSAGES',
};

/** A budget that is used up, for the person on call. */
export function exhaustedWords({ what, whose, used, limit }: Budget, now: number): string {
  if (what === 'texts')
    return `${used} ${used === 1 ? 'text' : 'texts'} went to ${whose.country} within an hour, which is the budget (${limit}): what is more waits. If these are the shop's own customers, set texts.per_hour in shop.yaml; if not, look for who makes them: sojourn message list, sojourn write-key list.`;
  const minutes = Math.ceil(untilNextHour(now) / 60_000);
  return `The browser key "${whose.name}" (${whose.keyId}) has ${begun[what]} for ${minutes} more minutes (${used} of ${limit}): sojourn write-key acts ${whose.keyId} says what it told. ${settings[what]} sets the budget.`;
}
