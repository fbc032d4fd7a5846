import { type Call, type CallOutcome, pauseAfter, type Receiver, tryMs } from '../../domain/calls/call.js';
import { signedHeaders } from '../../domain/calls/signature.js';
import { claimDueCalls, type DueCall, writePutOff, writeSettledCall } from '../../store/calls.js';
import type { Trx } from '../../store/db.js';
import { writeWoken } from '../../store/entries.js';
import { writeInputs } from '../../store/entry-inputs.js';
import { type Writes, writeTogether } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';
import { noticeMail } from './notice-mail.js';

export type CallDeps = Pick<AppDeps, 'store' | 'clock' | 'secret' | 'shop' | 'providers' | 'callReceiver' | 'notifyRelay' | 'log'>;

/** To one receiver at once: one that is slow keeps nobody else waiting. */
const mostToOne = 8;
const mostAtOnce = 40;
/** A process that dies with a call under way: another makes it after this time. */
const leaseMs = 3 * tryMs;

/**
 * Makes the calls that journeys asked for, as they fall due: at least once each. A round begins what is due and does not wait for it; the
 * next one goes on beside it.
 */
export class CallDesk {
  readonly #underWay = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly deps: CallDeps) {}

  async round(): Promise<void> {
    const room = mostAtOnce - this.#running.size;
    if (room <= 0) return;
    const except = [...this.#underWay].flatMap(([receiver, count]) => (count >= mostToOne ? [receiver] : []));
    const limit = Math.min(room, mostToOne);
    for (const call of await this.deps.store.transaction((trx) => claimDueCalls(trx, { limit, leaseMs, except }))) this.#begin(call);
  }

  /** Ends when all that is under way has been answered: in a test, or before a stop. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #begin(call: DueCall): void {
    const { to } = call;
    this.#underWay.set(to, (this.#underWay.get(to) ?? 0) + 1);
    const running = makeCall(this.deps, call)
      // The lease ends, and it is made again.
      .catch((cause: unknown) =>
        this.deps.log.warn({ call: call.id, error: cause instanceof Error ? cause.name : 'unknown' }, 'A call could not be settled.'),
      )
      .finally(() => {
        this.#running.delete(running);
        const count = (this.#underWay.get(to) ?? 1) - 1;
        if (count === 0) this.#underWay.delete(to);
        else this.#underWay.set(to, count);
      });
    this.#running.add(running);
  }
}

async function makeCall(deps: CallDeps, call: DueCall): Promise<void> {
  const { receivers = {} } = deps.shop;
  const receiver = Object.hasOwn(receivers, call.to) ? receivers[call.to] : undefined;
  const outcome: CallOutcome = receiver === undefined ? { kind: 'failed', code: 'no-receiver' } : await tell(deps, call, receiver);
  const wakes = await deps.store.transaction((trx) => settle(deps, trx, call, outcome));
  if (wakes) deps.notifyRelay();
}

async function tell(deps: CallDeps, call: DueCall, receiver: Receiver): Promise<CallOutcome> {
  if (receiver.kind === 'webhook') {
    const body = JSON.stringify(bodyOf(call));
    const headers = signedHeaders(deps.secret, { receiver: call.to, id: call.id, body, at: deps.clock.realNow() });
    return deps.callReceiver({ url: receiver.url, headers, body });
  }
  const outcome = await deps.providers.email.submit(noticeMail(deps.shop, call, receiver.address), { deadlineMs: tryMs });
  if (outcome.kind === 'accepted') return { kind: 'answered', status: 250, body: {} };
  return outcome.kind === 'not-sent' && !outcome.retry ? { kind: 'refused', code: outcome.code } : { kind: 'failed', code: outcome.code };
}

/** What a program gets. `type` says what happened; the id is that of the header, and the same on every repeat. */
function bodyOf({ id, kind, createdAt, journeyId, step, entryId, profileId, userId, orderId, data }: DueCall) {
  return {
    type: `journey.${kind}`,
    id,
    timestamp: new Date(createdAt).toISOString(),
    data: { journey: journeyId, step, entryId, profileId, userId, orderId, ...(kind === 'webhook' ? { values: data } : data) },
  };
}

/** Writes what a try came to. True: the entry that waits for it is to be woken. */
async function settle(deps: Pick<CallDeps, 'clock'>, trx: Trx, call: DueCall, outcome: CallOutcome): Promise<boolean> {
  const at = deps.clock.now();
  if (outcome.kind === 'answered')
    return settleFor(trx, call, { call: writeSettledCall(call.id, { code: null, at }) }, answer(call, outcome, at));
  const pauseMs = outcome.kind === 'failed' ? pauseAfter(call.attempts) : null;
  const { code } = outcome;
  if (pauseMs !== null) return settleFor(trx, call, { call: writePutOff(call.id, { code, pauseMs }) }, null);
  return settleFor(trx, call, { call: writeSettledCall(call.id, { code, at }) }, failure(call, at));
}

type Answer = Parameters<typeof writeInputs>[0][number]['input'];

async function settleFor(trx: Trx, { entryId, isAwaited }: Call, writes: Writes, input: Answer | null): Promise<boolean> {
  const wakes = isAwaited && input !== null;
  await writeTogether<string>(trx, {
    ...writes,
    ...(wakes ? { inputs: writeInputs([{ entryId, input }], input.at), woken: writeWoken([entryId]) } : {}),
  });
  return wakes;
}

function answer({ step, visit }: Call, { status, body }: CallOutcome & { kind: 'answered' }, at: number): Answer {
  return { kind: 'answer', step, visit, outcome: 'answered', at, properties: { ...body, status } };
}

function failure({ step, visit }: Call, at: number): Answer {
  return { kind: 'answer', step, visit, outcome: 'failed', at, properties: {} };
}
