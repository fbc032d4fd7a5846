import type { TemplateHead } from '../../domain/messages/template.js';
import type { Instant } from '../../domain/time/instant.js';
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
import { readTemplateHead } from '../../store/templates.js';
import type { AppDeps } from '../deps.js';
import { freezeInternal } from '../journeys/internal-journeys.js';
import { idempotencyHashes } from '../keys/idempotency-hashes.js';

/** Whom a broadcast is for: a list, or everyone who has these traits (none named: everyone). */
export type Audience = RecipientList | { readonly by: 'everyone'; readonly traits: Readonly<Record<string, unknown>> };

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
  if (hashes !== null && before !== null) return answerAgain(deps.store.db, before, hashes.requestHashes);
  const template = await readTemplateHead(deps.store.db, request.template);
  if (template === null) return { kind: 'unknown-template' };
  const now = deps.clock.now();
  const refusal = refuseBroadcast(template, request, now, wordsOf(request));
  if (refusal !== null) return { kind: 'refused', ...refusal };
  const id = deps.newId();
  return deps.store.transaction(async (trx): Promise<StartBroadcastResult> => {
    if (hashes !== null) {
      const { keyHash, requestHash, requestHashes } = hashes;
      const key = await takeIdempotencyKey(trx, { keyHash, requestHash, madeId: id, createdAt: now });
      if (key.madeId !== id) return answerAgain(trx, key, requestHashes);
    }
    return orNobody(await putBroadcast(deps, trx, { id, template, request, at: now }));
  });
}

/** The answer to the request that took the key. */
async function answerAgain(
  db: Db | Trx,
  key: Pick<IdempotencyRecord, 'madeId' | 'requestHash'>,
  requestHashes: readonly string[],
): Promise<StartBroadcastResult> {
  if (!requestHashes.includes(key.requestHash)) return { kind: 'other-request' };
  const total = (await readBroadcast(db, key.madeId))?.total ?? 0;
  return orNobody({ kind: 'started', id: key.madeId, total, unknown: [], isNew: false });
}

function orNobody(started: StartBroadcastResult): StartBroadcastResult {
  if (started.kind === 'started' && started.total === 0)
    return {
      kind: 'refused',
      code: 'no-recipients',
      reason:
        'None of the recipients is known here, so no broadcast was started. Check the ids, or send identify calls for these people first.',
    };
  return started;
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
      ? { added: await addEveryone(trx, id, to.traits, testRecipientId), unknown: [] }
      : await addRecipients(trx, id, to);
  await setBroadcastTotal(trx, id, added);
  // Nobody to write to: as if it had never been asked for.
  if (added === 0) await deleteBroadcast(trx, id);
  return { kind: 'started', id, total: added, unknown: [...new Set(unknown)], isNew: true };
}
