import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ApiClient, type ChildInstance, packageFolder } from '../../examples/instance.js';

/**
 * Looks again and again until there is something to see, and answers it; throws `what` was waited for after `withinMs` real milliseconds.
 */
export async function eventually<T>(what: string, look: () => Promise<T | null | undefined | false>, withinMs = 90_000): Promise<T> {
  let last = '';
  for (const started = performance.now(); performance.now() - started < withinMs; await sleep(50)) {
    try {
      const seen = await look();
      if (seen !== null && seen !== undefined && seen !== false) return seen;
    } catch (error) {
      last = ` The last look failed: ${String(error)}`;
    }
  }
  throw new Error(`Waited ${withinMs / 1000} s in vain for ${what}.${last}`);
}

/** An entry as `/v1/entries` lists it. */
export interface SeenEntry {
  readonly id: string;
  readonly journeyId: string;
  readonly version: number | null;
  readonly profileId: string;
  readonly state: 'armed' | 'open' | 'finished';
  readonly activity: string;
  readonly step: string | null;
  readonly dueAt: string | null;
  readonly outcome: string | null;
  readonly reason: string | null;
  readonly workflowId: string;
  readonly sentence: string;
}

/** A message as `/v1/messages` lists it. */
export interface SeenMessage {
  readonly id: string;
  readonly step: string | null;
  readonly channel: 'email' | 'sms';
  readonly state: string;
  readonly reason: string | null;
  readonly providerId: string | null;
}

/** Null: nobody of that id is known yet. */
export async function profileOf(instance: ApiClient, userId: string): Promise<string | null> {
  const { items } = await instance.get<{ items: readonly { id: string }[] }>(`/v1/profiles?userId=${encodeURIComponent(userId)}`);
  return items[0]?.id ?? null;
}

/** The newest entry of a person in a journey. */
export async function entryOf(instance: ApiClient, userId: string, journeyId = 'quick-cart'): Promise<SeenEntry | null> {
  const profileId = await profileOf(instance, userId);
  if (profileId === null) return null;
  const [newest] = await instance.all<SeenEntry>(`/v1/entries?journeyId=${journeyId}&profileId=${profileId}`);
  return newest ?? null;
}

/** Resolves once the newest entry of a person is as told. */
export function entryThat(
  instance: ApiClient,
  userId: string,
  what: string,
  holds: (entry: SeenEntry) => boolean,
  journeyId?: string,
): Promise<SeenEntry> {
  return eventually(`the entry of ${userId} that ${what}`, async () => {
    const entry = await entryOf(instance, userId, journeyId);
    return entry !== null && holds(entry) ? entry : null;
  });
}

export const isFinished = ({ state }: SeenEntry): boolean => state === 'finished';
export const isWaiting = ({ state, activity }: SeenEntry): boolean => state === 'open' && activity === 'waiting';
export const isArmed = ({ state }: SeenEntry): boolean => state === 'armed';

/** Messages of an entry by their step. */
export async function messagesOf(instance: ApiClient, entryId: string): Promise<ReadonlyMap<string, SeenMessage>> {
  const messages = await instance.all<SeenMessage>(`/v1/messages?entryId=${entryId}`);
  return new Map(messages.map((message) => [message.step ?? '', message]));
}

/** A mail of the local mailbox, read whole. */
export interface SeenMail {
  readonly ID: string;
  readonly MessageID: string;
  readonly Subject: string;
  readonly Text: string;
  readonly HTML: string;
  readonly ListUnsubscribe: { readonly Header: string; readonly HeaderPost: string; readonly Links: readonly string[] };
}

/** Mails to an address, the oldest first. */
export async function mailsTo(instance: ApiClient, address: string): Promise<readonly SeenMail[]> {
  const { mailboxUrl } = instance.running;
  const found = await json<{ messages: readonly { ID: string }[] }>(
    `${mailboxUrl}/api/v1/search?query=${encodeURIComponent(`to:${address}`)}&limit=200`,
  );
  const mails = await Promise.all(found.messages.map(({ ID }) => json<SeenMail>(`${mailboxUrl}/api/v1/message/${ID}`)));
  return mails.reverse();
}

export interface SeenText {
  readonly sid: string;
  readonly body: string;
  readonly direction: 'outbound-api' | 'outbound-reply' | 'inbound';
  readonly status: string;
}

/** Texts to a number, the oldest first; those that the service sent by itself and its answers. */
export async function textsTo(instance: ApiClient, phone: string): Promise<readonly SeenText[]> {
  const url = `${instance.running.phoneUrl}/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json`;
  const found = await json<{ messages: readonly SeenText[] }>(`${url}?To=${encodeURIComponent(phone)}&PageSize=200`);
  return found.messages.toReversed();
}

/** The command line against a running instance: what it prints. Throws when it ends with anything but 0. */
export async function cli(instance: ChildInstance, ...args: readonly string[]): Promise<string> {
  const program = join(packageFolder(), 'dist', 'src', 'cli', 'main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--data', instance.dataFolder, ...args]);
  return stdout;
}

async function json<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}.`);
  return (await response.json()) as T;
}
