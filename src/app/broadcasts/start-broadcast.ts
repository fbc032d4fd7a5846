import type { TemplateHead } from '../../domain/messages/template.js';
import type { Instant } from '../../domain/time/instant.js';
import { nearest } from '../../domain/values/nearest.js';
import { type BroadcastData, type BroadcastTiming, broadcastDeadline, broadcastSend, refuseBroadcast } from '../../journey/broadcast.js';
import { broadcastJourney } from '../../journey/internal.js';
import {
  addEveryone,
  addRecipients,
  deleteBroadcast,
  insertBroadcast,
  type RecipientList,
  readBroadcast,
  setBroadcastTotal,
} from '../../store/broadcasts.js';
import type { Db, Trx } from '../../store/db.js';
import { findIdempotencyKey, type IdempotencyRecord, takeIdempotencyKey } from '../../store/idempotency.js';
import { testRecipientId } from '../../store/profiles.js';
import { newestFills, readLiveSegments } from '../../store/segments.js';
import { readTemplateHead } from '../../store/templates.js';
import type { AppDeps } from '../deps.js';
import { freezeInternal } from '../journeys/internal-journeys.js';
import { idempotencyHashes } from '../keys/idempotency-hashes.js';
import { fillOf } from '../segments/review-people.js';

/**
 * Whom a broadcast is for: a list, or everyone who has these traits (none named: everyone) and belongs to the segment, if one is named.
 */
export type Audience =
  | RecipientList
  | { readonly by: 'everyone'; readonly traits: Readonly<Record<string, unknown>>; readonly segment?: string | null };

export interface BroadcastRequest extends BroadcastTiming {
  readonly name: string;
  readonly template: string;
  readonly to: Audience;
  /** What the template reads as `data`, the same for all. */
  readonly data: Readonly<Record<string, unknown>>;
  /** 0–100; null: that of the class `broadcast`. */
  readonly priority: number | null;
}

export type StartBroadcastResult =
  /** `unknown`: ids that name nobody, each once. `isNew` false: the key had been used for this very request. */
  | { readonly kind: 'started'; readonly id: string; readonly total: number; readonly unknown: readonly string[]; readonly isNew: boolean }
  | { readonly kind: 'unknown-template' }
  | { readonly kind: 'other-request' }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

/**
 * Starts a broadcast: its recipients become rows, each once, and `enrolDue` gives them their entries as they fall due. One transaction, so
 * it is there with everyone or not at all.
 */
export async function startBroadcast(
  deps: AppDeps,
  request: BroadcastRequest,
  idempotencyKey: string | null,
): Promise<StartBroadcastResult> {
  const hashes = idempotencyKey === null ? null : idempotencyHashes(deps.secret, { scope: 'broadcasts', key: idempotencyKey, request });
  // Before anything that changes with time: what was started once is answered again.
  const before = hashes === null ? null : await findIdempotencyKey(deps.store.db, hashes.keyHashes);
  if (hashes !== null && before !== null) return answerAgain(deps.store.db, before, hashes.requestHashes, request.to);
  const now = deps.clock.now();
  const ready = await templateFor(deps, request, now);
  if (ready.kind !== 'ready') return ready;
  const { template } = ready;
  const id = deps.newId();
  return deps.store.transaction(async (trx): Promise<StartBroadcastResult> => {
    if (hashes !== null) {
      const { keyHash, requestHash, requestHashes } = hashes;
      const key = await takeIdempotencyKey(trx, { keyHash, requestHash, madeId: id, createdAt: now });
      if (key.madeId !== id) return answerAgain(trx, key, requestHashes, request.to);
    }
    return orNobody(await putBroadcast(deps, trx, { id, template, request, at: now }), request.to);
  });
}

/** The template of a broadcast, where its request and its audience allow a start; else why not. */
export async function templateFor(
  deps: AppDeps,
  request: BroadcastRequest,
  now: Instant,
): Promise<
  | Extract<StartBroadcastResult, { kind: 'unknown-template' | 'refused' }>
  | { readonly kind: 'ready'; readonly template: TemplateHead & { readonly version: number } }
> {
  const template = await readTemplateHead(deps.store.db, request.template);
  if (template === null) return { kind: 'unknown-template' };
  const refusal = refuseBroadcast(template, request, now, wordsOf(request)) ?? (await refuseAudience(deps, request.to));
  return refusal === null ? { kind: 'ready', template } : { kind: 'refused', ...refusal };
}

/** Why a segment cannot be written to now; null: it can, or none is named. */
async function refuseAudience(
  { store }: Pick<AppDeps, 'store'>,
  to: Audience,
): Promise<{ readonly code: string; readonly reason: string } | null> {
  const id = to.by === 'everyone' ? (to.segment ?? null) : null;
  if (id === null) return null;
  const live = await readLiveSegments(store.db);
  const segment = live.find(({ definition }) => definition.id === id);
  if (segment === undefined) {
    const near = nearest(
      id,
      live.map(({ definition }) => definition.id),
    );
    const instead = near === null ? 'sojourn segment list shows what is in force.' : `Did you mean ${near}?`;
    return { code: 'unknown-segment', reason: `There is no segment ${id} in force. ${instead}` };
  }
  const fill = fillOf(segment, await newestFills(store.db));
  if (fill !== undefined && fill.finishedAt !== null) return null;
  const reason = `The segment ${id} is new or has changed, and ${fill?.seen ?? 0} people have been looked at so far: some would be left out. Try again when sojourn segment sizes says that it is filled.`;
  return { code: 'segment-filling', reason };
}

/** The answer to the request that took the key. */
async function answerAgain(
  db: Db | Trx,
  key: Pick<IdempotencyRecord, 'madeId' | 'requestHash'>,
  requestHashes: readonly string[],
  to: Audience,
): Promise<StartBroadcastResult> {
  if (!requestHashes.includes(key.requestHash)) return { kind: 'other-request' };
  const total = (await readBroadcast(db, key.madeId))?.total ?? 0;
  return orNobody({ kind: 'started', id: key.madeId, total, unknown: [], isNew: false }, to);
}

function orNobody(started: StartBroadcastResult, to: Audience): StartBroadcastResult {
  if (started.kind !== 'started' || started.total > 0) return started;
  const segment = to.by === 'everyone' ? (to.segment ?? null) : null;
  const reason =
    segment === null
      ? 'None of the recipients is known here, so no broadcast was started. Check the ids, or send identify calls for these people first.'
      : `Nobody belongs to the segment ${segment}${to.by === 'everyone' && Object.keys(to.traits).length > 0 ? ' with these traits' : ''} now, so no broadcast was started.`;
  return { kind: 'refused', code: 'no-recipients', reason };
}

/** The words of a request, its own and those of its recipients. */
export function wordsOf({ data, to }: Pick<BroadcastRequest, 'data' | 'to'>): BroadcastData {
  const own = to.by === 'everyone' ? [] : (to.data ?? []).flatMap((one) => (one === null ? [] : [{ ...data, ...one }]));
  return { data, own };
}

async function putBroadcast(
  deps: AppDeps,
  trx: Trx,
  start: { readonly id: string; readonly template: TemplateHead; readonly request: BroadcastRequest; readonly at: Instant },
): Promise<StartBroadcastResult> {
  const { id, template, request, at } = start;
  const { channel, topic } = template;
  const send = broadcastSend(deps.policies.current().classes, template, request.priority);
  const version = await freezeInternal(trx, broadcastJourney(id, request.name, send), at);
  await insertBroadcast(trx, {
    id,
    name: request.name,
    template: template.id,
    data: request.data,
    settings: {
      channel,
      class: template.class,
      topic,
      priority: send.priority,
      version,
      overMs: request.overMs,
      deadlineAt: broadcastDeadline(request, request.startsAt ?? at),
      pausedAt: null,
    },
    createdAt: at,
    startsAt: request.startsAt ?? at,
  });
  const { to } = request;
  const { added, unknown } =
    to.by === 'everyone'
      ? { added: await addEveryone(trx, id, { segment: null, ...to, except: testRecipientId }), unknown: [] }
      : await addRecipients(trx, id, to);
  await setBroadcastTotal(trx, id, added);
  // Nobody to write to: as if it had never been asked for.
  if (added === 0) await deleteBroadcast(trx, id);
  return { kind: 'started', id, total: added, unknown: [...new Set(unknown)], isNew: true };
}
