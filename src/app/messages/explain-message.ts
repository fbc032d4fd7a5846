import { verdictSentence } from '../../domain/gate/explain.js';
import type { Verdict, VerdictDetail, VerdictReason } from '../../domain/gate/verdict.js';
import type { Channel } from '../../domain/messages/channel.js';
import type { RecommendedRecord } from '../../domain/recommendations/record.js';
import { formatLocal } from '../../domain/time/time.js';
import { settledBefore, settledVerdict } from '../../domain/tracking/human-click.js';
import {
  type AttemptRecord,
  type InteractionRecord,
  listMessages,
  type MessageFilter,
  type MessageRecord,
  type ReceiptRecord,
  readAttempts,
  readMessage,
  readMessageInteractions,
  readReceipts,
  readRecommended,
  readVerdicts,
  type VerdictRecord,
} from '../../store/messages-read.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';
import { personTimeZone } from '../people/read-person.js';

type Deps = Pick<AppDeps, 'store' | 'shop' | 'clock' | 'policies'>;

/** Why a message left, waits or did not leave. */
export interface MessageStory extends MessageRecord {
  /** The last word on it, as a sentence. */
  readonly sentence: string;
  readonly verdicts: readonly (VerdictRecord & { readonly sentence: string })[];
  readonly attemptsMade: readonly AttemptRecord[];
  readonly receipts: readonly ReceiptRecord[];
  /** What was done with it, by whom: a click of which nobody can say yet is `pending` for two seconds. */
  readonly interactions: readonly InteractionRecord[];
  /** The products that it recommended, with weights and reasons; null: none. */
  readonly recommended: RecommendedRecord | null;
}

/** Messages by profile, journey, entry, state, channel; the newest first. */
export function listMessagesBy(deps: Deps, filter: MessageFilter, request: PageRequest): Promise<Page<MessageRecord>> {
  return readPage(
    request,
    ['instant', 'id'],
    (limit, after) => listMessages(deps.store.db, filter, { limit, after }),
    (message) => [message.createdAt, message.id],
  );
}

/** Null: no such message. */
export async function explainMessage(deps: Deps, id: string): Promise<MessageStory | null> {
  const { db } = deps.store;
  const message = await readMessage(db, id);
  if (message === null) return null;
  const timeZone = await personTimeZone(deps, message.profileId);
  const reader = { timeZone, channel: message.channel as Channel };
  const verdicts = (await readVerdicts(db, id)).map((verdict) => ({ ...verdict, sentence: verdictSentence(decisionOf(verdict), reader) }));
  const attemptsMade = await readAttempts(db, id);
  const receipts = await readReceipts(db, id);
  const sentence = lastWord(
    message,
    {
      decision: verdicts.at(-1)?.decision ?? null,
      verdict: verdicts.at(-1)?.sentence ?? null,
      attempt: attemptsMade.at(-1) ?? null,
      receipt: receipts.at(-1) ?? null,
    },
    timeZone,
  );
  const interactions = await readSettled(deps, id);
  const recommended = await readRecommended(db, id);
  return { ...message, sentence, verdicts, attemptsMade, receipts, interactions, recommended };
}

async function readSettled({ store, clock, policies }: Deps, id: string): Promise<readonly InteractionRecord[]> {
  const before = settledBefore(policies.current().engagement.humans, clock.now(), clock.rate);
  return (await readMessageInteractions(store.db, id)).map((one) => ({ ...one, verdict: settledVerdict(one, before) }));
}

interface Latest {
  readonly decision: string | null;
  readonly verdict: string | null;
  readonly attempt: AttemptRecord | null;
  readonly receipt: ReceiptRecord | null;
}

function lastWord(message: MessageRecord, latest: Latest, timeZone: string): string {
  const on = (at: number | null): string => (at === null ? '' : ` ${formatLocal(at, timeZone)} (${timeZone})`);
  const code = latest.receipt?.code ?? latest.attempt?.code ?? message.reason;
  const because = code === null ? '' : ` (${code})`;
  switch (message.state) {
    case 'submitting':
      return `Being sent: attempt ${message.attempts} is at the provider since${on(message.submittedAt)}.`;
    case 'accepted':
      return `Sent: the provider accepted it${on(message.acceptedAt)}; no receipt has come yet.`;
    case 'delivered':
      return `Delivered${on(latest.receipt?.at ?? message.updatedAt)}.`;
    case 'bounced':
      return `Bounced${on(latest.receipt?.at ?? message.updatedAt)}${because}.`;
    case 'failed':
      return `Failed${on(latest.receipt?.at ?? message.updatedAt)}${because}.`;
    case 'unknown':
      return 'Unknown: the connection was lost during the send, before the provider answered. It may have arrived.';
    case 'released':
      if (message.reason === 'outranked') return latest.verdict ?? 'Gave up its slot to a more important message.';
      return `Not sent: its entry ended first (${message.reason ?? 'exited'}).`;
    case 'reserved':
      // It was sent, and nothing has been decided since.
      if (latest.decision === 'send' && latest.attempt?.outcome === 'unknown')
        return `Waits: no answer came, and it may have arrived; the same email is sent once more under the same id${on(message.slotAt)}.`;
      return latest.verdict ?? undecided;
    default:
      return latest.verdict ?? undecided;
  }
}

const undecided = 'Nothing has been decided about it yet.';

/** A stored verdict as the decision that it was. */
export function decisionOf(row: VerdictRecord): Verdict {
  const reason = row.reason as VerdictReason;
  const { displaces, instead, ...fields } = row.detail;
  const detail = fields as VerdictDetail;
  const displacing = displaces === undefined ? {} : { displaces };
  switch (row.decision) {
    case 'defer':
      return { kind: 'defer', until: row.untilAt ?? row.at, reason, detail, ...displacing };
    case 'hold':
      return { kind: 'hold', reason: 'paused', detail };
    case 'skip':
    case 'exit':
      return { kind: row.decision, reason, detail };
    case 'release':
      return { kind: 'release', reason: 'outranked', detail: { winner: String(detail['winner']) } };
    case 'withhold':
      return { kind: 'withhold', reason: 'holdout', detail, instead: instead ?? { kind: 'send' } };
    default:
      return { kind: 'send', ...displacing };
  }
}
