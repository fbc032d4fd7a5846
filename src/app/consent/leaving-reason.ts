import { recordFatigue } from '../../domain/engagement/state.js';
import type { EntryId, ProfileId, StepId } from '../../domain/values/ids.js';
import type { Trx } from '../../store/db.js';
import { readTrace } from '../../store/entries-read.js';
import { readMessage, readMessageRecipient } from '../../store/messages-read.js';
import { lockCanonical, writeEngagement } from '../../store/profiles.js';
import { writeTrace } from '../../store/trace.js';
import { writeTogether } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';
import { isAddressOf } from '../ingest/shared-addresses.js';

/** Why people leave, as the page offers it. */
export const leavingReasons = ['too-many', 'not-for-me', 'never-asked', 'other'] as const;
export type LeavingReason = (typeof leavingReasons)[number];

const sentences: Readonly<Record<LeavingReason, string>> = {
  'too-many': 'The person said why they unsubscribed: they got too many messages.',
  'not-for-me': 'The person said why they unsubscribed: it was not for them.',
  'never-asked': 'The person said why they unsubscribed: they had never signed up.',
  other: 'The person said why they unsubscribed: for another reason.',
};

/**
 * Stores the reason for an unsubscribe in the story of the entry of the message. A person who got too many messages gets fewer on the
 * remaining channels, unless the message went to an address that is not theirs any more. Does not change consent: that was withdrawn
 * before. An unknown message changes nothing.
 */
export async function recordLeavingReason(deps: Pick<AppDeps, 'store' | 'clock'>, messageId: string, reason: LeavingReason): Promise<void> {
  await deps.store.transaction(async (trx) => {
    const message = await readMessage(trx, messageId);
    if (message === null) return;
    const { profiles } = await lockCanonical(trx, [message.profileId as ProfileId]);
    const [profile] = profiles;
    if (profile === undefined) return;
    const at = deps.clock.now();
    if (message.entryId !== null && !(await hasTold(trx, message.entryId)))
      await writeTogether(trx, {
        trace: writeTrace(message.entryId as EntryId, [{ at, step: message.step as StepId | null, kind: 'note', text: sentences[reason] }]),
      });
    if (reason !== 'too-many') return;
    const recipient = await readMessageRecipient(trx, messageId);
    if (recipient !== null && isAddressOf(profile, recipient))
      await writeTogether(trx, { engagement: writeEngagement(profile.id, recordFatigue(profile.engagement, reason, at)) });
  });
}

/** A form may be sent again and again: the first answer stands in the story. */
async function hasTold(trx: Trx, entryId: string): Promise<boolean> {
  const told = new Set(Object.values(sentences));
  return (await readTrace(trx, entryId)).some(({ text }) => told.has(text));
}
