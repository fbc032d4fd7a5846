import { mailboxIds } from '../../examples/arrived.js';
import type { ChildInstance } from '../../examples/instance.js';
import { tally } from './campaign.js';

/** A message as the API lists it; instants are ISO text. */
export interface StoredMessage {
  readonly id: string;
  readonly entryId: string | null;
  readonly profileId: string;
  readonly channel: 'email' | 'sms';
  readonly step: string | null;
  readonly state: string;
  readonly attempts: number;
  readonly providerId: string | null;
  readonly createdAt: string;
  readonly acceptedAt: string | null;
}

/** An entry as the API lists it. */
export interface StoredEntry {
  readonly id: string;
  readonly journeyId: string;
  readonly profileId: string;
  readonly state: 'armed' | 'open' | 'finished';
  readonly activity: string;
  readonly step: string | null;
  readonly outcome: string | null;
  readonly reason: string | null;
  readonly dueAt: string | null;
  readonly finishedAt: string | null;
}

interface TextOnPhone {
  readonly sid: string;
  readonly to: string;
}

/** What the store says, and what came out of it, read once all is quiet. */
export interface Accounts {
  readonly entries: readonly StoredEntry[];
  readonly messages: readonly StoredMessage[];
  /** Our message id of each mail in the mailbox, as often as it came. */
  readonly mails: readonly string[];
  readonly texts: readonly TextOnPhone[];
}

export async function readAccounts(instance: ChildInstance): Promise<Accounts> {
  return {
    entries: await instance.all<StoredEntry>('/v1/entries'),
    messages: await instance.all<StoredMessage>('/v1/messages'),
    mails: await mailboxIds(instance),
    texts: await textsOnPhone(instance),
  };
}

async function textsOnPhone({ running }: ChildInstance): Promise<readonly TextOnPhone[]> {
  const texts: TextOnPhone[] = [];
  let path: string | null = '/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json?PageSize=200';
  while (path !== null) {
    const response = await fetch(`${running.phoneUrl}${path}`);
    const page = (await response.json()) as { messages: (TextOnPhone & { direction: string })[]; next_page_uri: string | null };
    texts.push(...page.messages.filter(({ direction }) => direction === 'outbound-api'));
    path = page.next_page_uri;
  }
  return texts;
}

export const isSent = ({ state }: Pick<StoredMessage, 'state'>): boolean => state === 'accepted' || state === 'delivered';

/**
 * Compares store, mailbox and phone message by message, and says in sentences where they differ. `interrupted`: messages whose call to the
 * provider was cut off by force; only they may be unknown, and only their mails may have come twice. Each person of a campaign has a number
 * of their own and gets one text at most.
 */
export function disagreements({ messages, mails, texts }: Accounts, interrupted: ReadonlySet<string> = new Set()): readonly string[] {
  const problems: string[] = [];
  const cameIn = tally(mails);
  const onPhone = tally(texts.map(({ sid }) => sid));
  for (const message of messages) {
    const { id, channel, state, attempts } = message;
    const mayBeUnclear = interrupted.has(id);
    const times = channel === 'email' ? (cameIn.get(id) ?? 0) : (onPhone.get(message.providerId ?? '') ?? 0);
    if (state === 'unknown') {
      if (!mayBeUnclear) problems.push(`The ${channel} ${id} is unknown, and no call of it was cut off.`);
    } else if (!isSent(message)) {
      problems.push(`The ${channel} ${id} (${message.step}) ended ${state}.`);
    } else if (times === 0) {
      problems.push(`The ${channel} ${id} is ${state} in the store and did not arrive.`);
    }
    if (times > 1 && !(channel === 'email' && mayBeUnclear && times <= attempts))
      problems.push(
        `The ${channel} ${id} arrived ${times} times in ${attempts} attempts${mayBeUnclear ? '' : ', and no call of it was cut off'}.`,
      );
  }
  const known = new Set(messages.map(({ id }) => id));
  for (const id of cameIn.keys()) if (!known.has(id)) problems.push(`The email ${id} arrived and the store does not know it.`);

  const knownSids = new Set(messages.map(({ providerId }) => providerId));
  const unclaimed = texts.filter(({ sid }) => !knownSids.has(sid)).length;
  const unknownTexts = messages.filter(({ channel, state }) => channel === 'sms' && state === 'unknown').length;
  if (unclaimed > unknownTexts) problems.push(`${unclaimed} texts arrived that the store does not know, with ${unknownTexts} unknown.`);
  const repeated = [...tally(texts.map(({ to }) => to)).values()].filter((times) => times > 1).length;
  if (repeated > 0) problems.push(`${repeated} people got more than one text.`);
  return problems;
}

/** Entries that did not end as they must, in one sentence each kind. */
export function badEnds(entries: readonly StoredEntry[], expected: Readonly<Record<string, number>>): readonly string[] {
  const ends = tally(
    entries.map(({ state, outcome, reason }) =>
      state === 'finished' ? (outcome === 'completed' || outcome === 'converted' ? outcome : `${outcome}: ${reason}`) : `still ${state}`,
    ),
  );
  const names = new Set([...ends.keys(), ...Object.keys(expected)]);
  return [...names]
    .filter((name) => (ends.get(name) ?? 0) !== (expected[name] ?? 0))
    .map((name) => `${ends.get(name) ?? 0} entries ended "${name}", and ${expected[name] ?? 0} should.`);
}

/** Entries of all journeys that have not ended. */
export async function unfinished(instance: ChildInstance): Promise<number> {
  const [armed, open] = await Promise.all(['armed', 'open'].map((state) => instance.all<StoredEntry>(`/v1/entries?state=${state}`)));
  return (armed?.length ?? 0) + (open?.length ?? 0);
}

/** How many messages a provider has taken, as the store says. */
export async function sentMessages(instance: ChildInstance): Promise<number> {
  return (await instance.all<StoredMessage>('/v1/messages')).filter(isSent).length;
}

/** How many messages arrived so far. */
export async function arrivals(instance: ChildInstance): Promise<number> {
  const response = await fetch(`${instance.running.mailboxUrl}/api/v1/messages?limit=1`);
  const { total } = (await response.json()) as { total: number };
  return total + (await textsOnPhone(instance)).length;
}
