import { keyAt } from '../../domain/keys/secrets.js';
import type { Channel } from '../../domain/messages/channel.js';
import type { TemplateHead } from '../../domain/messages/template.js';
import type { Instant } from '../../domain/time/instant.js';
import { type EntryId, messageIdFor, type ProfileId } from '../../domain/values/ids.js';
import { messageJourney, onlyStep } from '../../journey/internal.js';
import { messageDeadline, messageEntry, messageSend, type OwnMessage, refuseMessage } from '../../journey/own-message.js';
import { findErased } from '../../store/broadcasts.js';
import type { Trx } from '../../store/db.js';
import { askForRun, writeOpened } from '../../store/entries.js';
import { readEntry } from '../../store/entries-read.js';
import { findIdempotencyKey, keepAnswer, takeIdempotencyKey } from '../../store/idempotency.js';
import { type MessageRecord, readOnlyMessage, readVerdicts } from '../../store/messages-read.js';
import { lockCanonical } from '../../store/profiles.js';
import { findCanonicalProfile, findProfileByIdentity } from '../../store/profiles-read.js';
import { readTemplateHead } from '../../store/templates.js';
import { writeTogether } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';
import { freezeInternal } from '../journeys/internal-journeys.js';
import { idempotencyHashes } from '../keys/idempotency-hashes.js';
import { personTimeZone } from '../people/read-person.js';
import { forecastSend } from '../turn/plan-send.js';
import { commitTurn } from '../turn/take-turn.js';
import { decisionOf } from './explain-message.js';
import { answerOf, type VerdictAnswer } from './verdict-answer.js';

/** Whom a message is for: by our id or by the shop's own. */
export type Recipient = { readonly profileId: string } | { readonly userId: string };

/** A shop's own message, as it is asked for. */
export interface MessageRequest extends OwnMessage {
  readonly to: Recipient;
}

/** A message that was asked for, and what the gate said first. */
export interface RequestedMessage {
  readonly message: MessageRecord;
  readonly verdict: VerdictAnswer;
}

export type SendMessageResult =
  | ({ readonly kind: 'asked' } & RequestedMessage)
  | { readonly kind: 'unknown-profile' | 'unknown-template' }
  /** The key has been used for a request that says something else. */
  | { readonly kind: 'other-request' }
  /** `code`: for programs; `reason`: a sentence that says what to do. */
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

const otherRequest = { kind: 'other-request' } as const;
/** The workflow takes over where the request was broken off before its turn, in real milliseconds. */
const turnGraceMs = 5_000;
/** So long a request waits for the gate, in real milliseconds. */
const longestTurnMs = 2_000;
const mostRounds = 6;

/**
 * Takes a shop's own transactional or service message: an entry of a one-step journey, whose first turn (the gate) is taken here, and whose
 * workflow does the rest. The same key with the same request gives the same answer and no second message.
 */
export async function sendMessage(deps: AppDeps, request: MessageRequest, idempotencyKey: string): Promise<SendMessageResult> {
  const of = idempotencyHashes(deps.secret, { scope: 'messages', key: idempotencyKey, request });
  const { keyHash, requestHash } = of;
  // Whatever has changed since: what was answered once is answered again.
  const before = await findIdempotencyKey(deps.store.db, of.keyHashes);
  if (before !== null && !of.requestHashes.includes(before.requestHash)) return otherRequest;
  if (before !== null && before.answer !== null) return { kind: 'asked', ...(before.answer as RequestedMessage) };
  const checked = await checkRequest(deps, request, before === null);
  if (checked.kind !== 'ok') return checked;

  const entryId = deps.newId() as EntryId;
  const made = await deps.store.transaction(async (trx) => {
    const key = await takeIdempotencyKey(trx, {
      keyHash: before?.keyHash ?? keyHash,
      requestHash,
      madeId: entryId,
      createdAt: deps.clock.now(),
    });
    if (!of.requestHashes.includes(key.requestHash)) return null;
    if (key.madeId === entryId) await openEntry(deps, trx, { ...checked, entryId, request, pokeInMs: turnGraceMs });
    return key.madeId as EntryId;
  });
  if (made === null) return otherRequest;

  await withinBounds(deps, firstTurn(deps, made));
  const answer = await standingOf(deps, { ...checked, entryId: made, request });
  return { kind: 'asked', ...((await keepAnswer(deps.store.db, before?.keyHash ?? keyHash, answer)) as RequestedMessage) };
}

/**
 * Requests a message inside the caller's transaction, so that both are stored or neither; its workflow takes every turn. The caller has
 * locked the profile, or locks nothing after this, and calls `deps.notifyRelay` after its commit. Answers the message's id.
 */
export async function askForMessage(
  deps: Pick<AppDeps, 'secret' | 'clock' | 'newId' | 'policies'>,
  trx: Trx,
  request: Omit<MessageRequest, 'to' | 'data'> & {
    readonly profileId: ProfileId;
    /** With the message's id, for links that name it. */
    readonly data: (messageId: string) => MessageRequest['data'];
  },
): Promise<string> {
  const template = await readTemplateHead(trx, request.template);
  if (template === null) throw new Error(`The template ${request.template} is not published: publish it with "sojourn template publish".`);
  const entryId = deps.newId() as EntryId;
  const messageId = messageIdOf(deps, entryId, deps.clock.now());
  const filled = { ...request, data: request.data(messageId) };
  await openEntry(deps, trx, { template, profileId: request.profileId, entryId, request: filled, pokeInMs: 0 });
  return messageId;
}

type Checked = { readonly kind: 'ok'; readonly template: TemplateHead; readonly profileId: ProfileId };

/** `isNew` false: it was taken before, when nothing spoke against it. */
async function checkRequest(
  deps: AppDeps,
  request: MessageRequest,
  isNew: boolean,
): Promise<Checked | Exclude<SendMessageResult, { kind: 'asked' }>> {
  const template = await readTemplateHead(deps.store.db, request.template);
  if (template === null) return { kind: 'unknown-template' };
  const refusal = isNew ? refuseMessage(template, request, deps.clock.now()) : null;
  if (refusal !== null) return { kind: 'refused', ...refusal };
  const profileId = await findRecipient(deps, request.to);
  return profileId === null ? { kind: 'unknown-profile' } : { kind: 'ok', template, profileId };
}

/** Null: there is nobody of that id, or they were erased. */
export async function findRecipient(deps: Pick<AppDeps, 'store'>, to: Recipient): Promise<ProfileId | null> {
  const { db } = deps.store;
  const id = 'userId' in to ? await findProfileByIdentity(db, 'user', to.userId) : await findCanonicalProfile(db, to.profileId);
  if (id === null || (await findErased(db, [id as ProfileId])).size > 0) return null;
  return id as ProfileId;
}

interface Opening {
  readonly template: TemplateHead;
  readonly profileId: ProfileId;
  readonly entryId: EntryId;
  readonly request: Omit<MessageRequest, 'to'>;
  readonly pokeInMs: number;
}

async function openEntry(
  deps: Pick<AppDeps, 'clock' | 'policies'>,
  trx: Trx,
  { template, profileId, entryId, request, pokeInMs }: Opening,
): Promise<void> {
  const { canonical, profiles } = await lockCanonical(trx, [profileId]);
  const profile = profiles.find(({ id }) => id === canonical.get(profileId));
  if (profile === undefined || (await findErased(trx, [profile.id])).size > 0) throw new Error(`The profile ${profileId} is gone.`);
  // Read after the lock, and never before what the profile has already seen.
  const at = Math.max(deps.clock.now(), profile.lastInstant);
  const send = messageSend(deps.policies.current().classes, template, request);
  const version = await freezeInternal(trx, messageJourney(send), at);
  const entry = messageEntry(send, request, { id: entryId, profileId: profile.id, version, at });
  await writeTogether(trx, { entries: writeOpened([entry], pokeInMs) });
}

/**
 * The gate, in the request: the entry's first turn up to the point of sending; its workflow sends. That workflow is requested in the same
 * transaction, so a waiting message wakes in time even if this process ends. An entry that ends here never starts a workflow.
 */
async function firstTurn(deps: AppDeps, entryId: EntryId): Promise<void> {
  for (let round = 0; round < mostRounds; round += 1) {
    const forecast = await forecastSend(deps, entryId);
    if (forecast.kind !== 'send') return;
    const { seen, plan } = forecast;
    const result = await commitTurn(deps, { seen, plan, settled: null, lane: 'queue-first' }, async (trx, { kind }) => {
      if (kind === 'instruction') await askForRun(trx, entryId);
    });
    if (result.kind === 'instruction') return deps.notifyRelay();
  }
}

/** Waits for the turn as long as a client would wait. After that the workflow decides. */
async function withinBounds(deps: AppDeps, turn: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, longestTurnMs);
  });
  const safe = turn.catch((error: unknown) =>
    deps.log.warn(
      { error: error instanceof Error ? error.name : 'unknown' },
      'The gate was not asked in the request: the workflow does it.',
    ),
  );
  await Promise.race([safe, bound]);
  clearTimeout(timer);
}

/** The message as it stands, with the gate's latest word on it. */
async function standingOf(
  deps: AppDeps,
  made: { readonly template: TemplateHead; readonly profileId: ProfileId; readonly entryId: EntryId; readonly request: MessageRequest },
): Promise<RequestedMessage> {
  const { db } = deps.store;
  const message = await readOnlyMessage(db, made.entryId);
  const channel: Channel = made.template.channel;
  const reader = { timeZone: await personTimeZone(deps, made.profileId), channel };
  if (message === null) return { message: await undecided(deps, made), verdict: notYet };
  const last = (await readVerdicts(db, message.id)).at(-1);
  return { message, verdict: answerOf(last === undefined ? { kind: 'send' } : decisionOf(last), reader) };
}

const notYet: VerdictAnswer = {
  decision: 'defer',
  reason: null,
  sentence: 'The message is accepted, but not decided yet: ask for it again in a moment.',
  until: null,
};

/** The message before its row is there. */
async function undecided(
  deps: AppDeps,
  { template, profileId, entryId, request }: Parameters<typeof standingOf>[1],
): Promise<MessageRecord> {
  const send = messageSend(deps.policies.current().classes, template, request);
  const at = deps.clock.now();
  return {
    ...send,
    id: messageIdOf(deps, entryId, (await readEntry(deps.store.db, entryId))?.createdAt ?? at),
    origin: 'api',
    entryId,
    journeyId: messageJourney(send).id,
    version: null,
    step: onlyStep,
    visit: 1,
    profileId,
    to: null,
    templateVersion: null,
    state: 'reserved',
    reason: null,
    slotAt: at,
    deadlineAt: messageDeadline(request, at),
    attempts: 0,
    segments: null,
    provider: null,
    providerId: null,
    submittedAt: null,
    acceptedAt: null,
    createdAt: at,
    updatedAt: at,
  };
}

function messageIdOf(deps: Pick<AppDeps, 'secret'>, entryId: EntryId, at: Instant): string {
  return messageIdFor(keyAt(deps.secret, 'message-ids', at), `${entryId}|${onlyStep}|1`);
}
