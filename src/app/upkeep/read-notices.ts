import { type Channel, channelKind } from '../../domain/messages/channel.js';
import { crowdedForMs } from '../../domain/people/crowded-id.js';
import { durationWords } from '../../domain/time/duration.js';
import { day, type Instant, second } from '../../domain/time/instant.js';
import type { NoticeCode } from '../../domain/values/notice-code.js';
import { readPauses } from '../../store/controls.js';
import { readAlarms } from '../../store/event-counts.js';
import { readCodesLeft } from '../../store/offer-codes.js';
import { readShopReconcile } from '../../store/shop-reconciles.js';
import { readStandings } from '../../store/standings.js';
import { listSuspectIds, type SuspectId } from '../../store/suspect-ids.js';
import { countFlags } from '../../store/value-flags.js';
import type { AppDeps } from '../deps.js';
import { warnOfOldKeys } from '../keys/manage-write-keys.js';
import { exhaustedWords, readBudgets } from '../keys/read-budgets.js';
import { askedSentence } from '../shopify/show-asked.js';

export interface Notice {
  readonly code: NoticeCode;
  /** For the person on call: what is so, and what to do. */
  readonly sentence: string;
}

/** `localProviders`: channels that go to the local mailbox or phone although this is no trial. */
export async function readNotices(
  deps: Pick<AppDeps, 'store' | 'clock' | 'keyLimits' | 'shop' | 'shopAdmin'>,
  localProviders: readonly Channel[],
): Promise<readonly Notice[]> {
  const now = deps.clock.now();
  const [suspects, pauses, standings, oldKeys, budgets, flagged, alarms, codes] = await Promise.all([
    listSuspectIds(deps.store.db, now - crowdedForMs),
    readPauses(deps.store.db),
    readStandings(deps.store.db),
    warnOfOldKeys(deps),
    readBudgets(deps),
    countFlags(deps.store.db),
    readAlarms(deps.store.db),
    readCodesLeft(deps.store.db),
  ]);
  const notices: Notice[] = [];
  const tell = (code: Notice['code'], sentence: string): void => void notices.push({ code, sentence });
  for (const [scope, since] of Object.entries(pauses))
    if (since !== null)
      tell(
        'sending-paused',
        `${scope === 'all' ? 'All sending' : `Sending by ${scope}`} is paused, for ${ago(deps.clock.now() - since)}: sojourn resume ${scope === 'all' ? '--all' : `--channel ${scope}`}.`,
      );
  if (standings.liveJourneys === 0)
    tell('no-journey-live', 'No journey is live, so events start nothing: sojourn publish, or sojourn journey resume <id>.');
  for (const { staysHere } of localProviders.map(channelKind)) if (staysHere !== null) tell(staysHere.code, staysHere.sentence);
  if (standings.overdueEntries > 0)
    tell(
      'turns-failing',
      `${standings.overdueEntries === 1 ? 'One entry has' : `${standings.overdueEntries} entries have`} been due for more than two minutes without moving: sojourn stuck list, and the log.`,
    );
  if (standings.stuckTurns > 0) tell('turns-stuck', `${stuckTurnsSentence(standings.stuckTurns)} sojourn stuck list says which.`);
  if (standings.openDeadLetters > 0)
    tell(
      'dead-letters',
      `${standings.openDeadLetters === 1 ? 'One dead letter waits' : `${standings.openDeadLetters} dead letters wait`} for a person: sojourn dead-letter list.`,
    );
  for (const warning of oldKeys) tell('old-write-keys', warning);
  for (const budget of budgets)
    if (budget.used >= budget.limit)
      tell(budget.what === 'texts' ? 'texts-budget' : 'key-budget', exhaustedWords(budget, deps.clock.now()));
  if (flagged > 0)
    tell(
      'flagged-values',
      `${flagged === 1 ? 'One person has a value that seems' : `${flagged} people have values that seem`} wrong, such as a misspelt mail domain: sojourn profile show says which, and what was most likely meant.`,
    );
  for (const { code, sentence } of alarms.slice(0, mostAlarms)) tell(code, sentence);
  for (const { offer, free, lowAt } of codes)
    if (free <= lowAt)
      tell(
        'codes-low',
        `The offer ${offer} has ${free === 0 ? 'no code' : free === 1 ? 'one code' : `${free} codes`} left${free === 0 ? ', so journeys wait for more' : ''}: sojourn offer import-codes ${offer} <file>.`,
      );
  await tellShopify(deps, tell);
  tellSuspects(suspects, now, tell);
  return notices;
}

/** That the shop cannot be asked what webhooks missed, and webhooks that Shopify had dropped within the last day. */
async function tellShopify(
  { store, clock, shopAdmin }: Pick<AppDeps, 'store' | 'clock' | 'shopAdmin'>,
  tell: (code: Notice['code'], sentence: string) => void,
): Promise<void> {
  if (shopAdmin === undefined) return;
  const known = await readShopReconcile(store.db, shopAdmin.shop);
  const { sentence, isLate } = askedSentence(known, clock.now());
  if (isLate) tell('shopify-unasked', sentence);
  if (known?.restored && known.restoredAt !== null && clock.now() - known.restoredAt < day)
    tell(
      'shopify-dropped',
      `Shopify had dropped the webhooks ${known.restored.join(', ')}, which it does after failures. They were set up again, and what they missed of orders and checkouts was asked for.`,
    );
}

/** More of them have one cause, which the first ones name. */
const mostAlarms = 10;

/** Placeholders are words of programs, so they are named here; ids that many people had are somebody's, perhaps. */
function tellSuspects(suspects: readonly SuspectId[], now: Instant, tell: (code: Notice['code'], sentence: string) => void): void {
  const refused = suspects
    .filter(({ why, seenAt }) => why === 'placeholder' && now - seenAt < day)
    .map(({ value }) => `"${value.slice(0, 40)}"`);
  const more = refused.length > 5 ? ` and ${refused.length - 5} more` : '';
  if (refused.length > 0)
    tell(
      'placeholder-ids',
      `In the last day, events came with user ids that name nobody: ${refused.slice(0, 5).join(', ')}${more}. These events count for their anonymous ids instead. Correct the client that sends them.`,
    );
  const crowded = suspects.filter(({ why }) => why === 'crowded').length;
  if (crowded > 0)
    tell(
      'crowded-ids',
      `${crowded === 1 ? 'One user id' : `${crowded} user ids`} brought more people within a day than one person can be, so it joins no more people: sojourn suspect-id list shows it.`,
    );
}

/** `n`: at least one. */
export function stuckTurnsSentence(n: number): string {
  return n === 1
    ? 'The turn of one entry failed three times in the same way: it is stuck.'
    : `The turns of ${n} entries failed three times in the same way: they are stuck.`;
}

function ago(ms: number): string {
  return durationWords(Math.max(second, Math.floor(ms / second) * second));
}
