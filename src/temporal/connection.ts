import { Client } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { entryWorkflowType } from '../../workflows/contract.js';

/** Set at the start of a run only. Registered by flag on the dev server and at start-up elsewhere. */
export const journeyIdAttribute = defineSearchAttributeKey('JourneyId', 'KEYWORD');

export interface TemporalTarget {
  /** host:port */
  readonly address: string;
  readonly namespace: string;
  readonly tls?: boolean;
  readonly apiKey?: string | undefined;
}

/** One connection for client and worker, so that a run can be handed to the worker of this process at once (eager start). */
export interface TemporalConnection {
  readonly target: TemporalTarget;
  readonly native: NativeConnection;
  readonly client: Client;
  close(): Promise<void>;
}

/** Says in a sentence why Temporal cannot be used, and what to do. */
export class TemporalUnavailable extends Error {
  override readonly name = 'TemporalUnavailable';
}

/** Milliseconds for a call about the server itself; the real clock. */
const setUpDeadlineMs = 10_000;

/** Connects, and registers the search attributes where they are missing. Throws `TemporalUnavailable`. */
export async function connectTemporal(target: TemporalTarget): Promise<TemporalConnection> {
  const native = await connect(target);
  try {
    await withDeadline(native, setUpDeadlineMs, () => checkNamespace(native, target));
    await withDeadline(native, setUpDeadlineMs, () => ensureSearchAttributes(native, target));
  } catch (error) {
    await native.close().catch(() => undefined);
    throw error instanceof TemporalUnavailable
      ? error
      : new TemporalUnavailable(`Temporal at ${target.address} does not answer.`, { cause: error });
  }
  const client = new Client({ connection: native, namespace: target.namespace });
  return { target, native, client, close: () => native.close() };
}

export interface RetryOptions {
  readonly signal: AbortSignal;
  /** Told once per failed attempt. */
  readonly onFailure: (error: TemporalUnavailable) => void;
}

/** `connectTemporal` again and again, 1 s … 30 s apart, until it works or the signal aborts (then null): the API serves meanwhile. */
export async function connectTemporalPatiently(
  target: TemporalTarget,
  { signal, onFailure }: RetryOptions,
): Promise<TemporalConnection | null> {
  for (let delayMs = 1_000; !signal.aborted; delayMs = Math.min(delayMs * 2, 30_000)) {
    try {
      return await connectTemporal(target);
    } catch (error) {
      if (!(error instanceof TemporalUnavailable)) throw error;
      onFailure(error);
      await pause(delayMs, signal);
    }
  }
  return null;
}

async function connect(target: TemporalTarget): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect({
      address: target.address,
      ...(target.tls || target.apiKey ? { tls: true } : {}),
      ...(target.apiKey ? { apiKey: target.apiKey } : {}),
    });
  } catch (cause) {
    throw new TemporalUnavailable(
      `Temporal at ${target.address} does not answer. Is it running, and is TEMPORAL_ADDRESS right? With none set, Sojourn starts a server of its own.`,
      { cause },
    );
  }
}

async function checkNamespace(native: NativeConnection, { address, namespace }: TemporalTarget): Promise<void> {
  try {
    await native.workflowService.describeNamespace({ namespace });
  } catch (cause) {
    const advice =
      codeOf(cause) === grpcCode.notFound
        ? `It has no namespace ${namespace}. Make it (temporal operator namespace create --namespace ${namespace}), or set TEMPORAL_NAMESPACE.`
        : `It refused a question about namespace ${namespace} (gRPC code ${codeOf(cause) ?? 'unknown'}). Check TEMPORAL_API_KEY and TEMPORAL_TLS.`;
    throw new TemporalUnavailable(`Temporal at ${address} is not usable. ${advice}`, { cause });
  }
}

/** INDEXED_VALUE_TYPE_KEYWORD of temporal/api/enums/v1/common.proto. */
const keywordType = 2;

/**
 * Registers `JourneyId` when the namespace lacks it. Temporal Cloud and guarded clusters want this done by their operator: the error says
 * how.
 */
async function ensureSearchAttributes(native: NativeConnection, { address, namespace }: TemporalTarget): Promise<void> {
  const name = journeyIdAttribute.name;
  try {
    const { customAttributes } = await native.operatorService.listSearchAttributes({ namespace });
    if (customAttributes[name] !== undefined) return;
    await native.operatorService.addSearchAttributes({ namespace, searchAttributes: { [name]: keywordType } });
  } catch (cause) {
    // Where listing is refused we may still be able to run: a start with an unknown attribute says so by itself.
    if (codeOf(cause) === grpcCode.alreadyExists || codeOf(cause) === grpcCode.unimplemented) return;
    if (await isCounted(native, namespace)) return;
    throw new TemporalUnavailable(
      `Temporal at ${address} has no search attribute ${name} in namespace ${namespace}, and did not let Sojourn make it. ` +
        `Ask its operator for: temporal operator search-attribute create --namespace ${namespace} --name ${name} --type Keyword`,
      { cause },
    );
  }
}

/** Whether a query may name the attribute: tells that it is there where the operator service is closed to us. */
async function isCounted(native: NativeConnection, namespace: string): Promise<boolean> {
  try {
    const query = `WorkflowType = "${entryWorkflowType}" and ${journeyIdAttribute.name} = "none"`;
    await native.workflowService.countWorkflowExecutions({ namespace, query });
    return true;
  } catch {
    return false;
  }
}

/** Of https://grpc.io/docs/guides/status-codes/ those that we tell apart. */
export const grpcCode = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** The gRPC code of an error or of what caused it; null when it has none. */
export function codeOf(error: unknown): number | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'number') return code;
  }
  return null;
}

/** A call that took too long; as gRPC says it. */
class CallTooLate extends Error {
  override readonly name = 'CallTooLate';
  readonly code = grpcCode.deadlineExceeded;
}

/**
 * The answer of a call, or a fault with code DEADLINE_EXCEEDED after `deadlineMs`. The native client applies a deadline to each attempt
 * only and makes ten of them, so that a call to a server that is away would take 6 to 20 s. What is given up may still happen: calls are to
 * be repeatable.
 */
export async function withDeadline<T>(native: NativeConnection, deadlineMs: number, call: () => Promise<T>): Promise<T> {
  const answer = native.withDeadline(Date.now() + deadlineMs, call);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CallTooLate(`Temporal did not answer within ${deadlineMs} ms.`)), deadlineMs);
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
    answer.catch(() => undefined);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
