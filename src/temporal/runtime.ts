import { Runtime } from '@temporalio/worker';
import type { Log } from '../app/deps.js';

let installed = false;

export interface RuntimeOptions {
  readonly log: Log;
  /** `127.0.0.1:9464`: Temporal's own metrics in Prometheus format. Null: none. */
  readonly metricsAddress?: string | null;
}

/**
 * Installs the SDK's runtime, once a process and before the first connection. Signals stay ours (`shutdownSignals: []`): `main.ts` decides
 * in which order things stop. What the SDK says goes to our log without its metadata's free text, which may quote a failure.
 */
export function installRuntime({ log, metricsAddress = null }: RuntimeOptions): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    shutdownSignals: [],
    logger: quietLogger(log),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress === null
        ? {}
        : { metrics: { prometheus: { bindAddress: metricsAddress, countersTotalSuffix: true, useSecondsForDurations: true } } }),
    },
  });
}

type Meta = Readonly<Record<string, unknown>>;

/** The SDK's lines of level WARN and above. Its INFO (worker states, bundle sizes) is of use to the SDK's developers only. */
function quietLogger(log: Log) {
  const nothing = (): void => {};
  const warn = (message: string, meta?: Meta): void => {
    if (!message.startsWith('No workflows registered')) log.warn(fields(meta), message);
  };
  const error = (message: string, meta?: Meta): void => log.error(fields(meta), message);
  return {
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn,
    error,
    log: (level: string, message: string, meta?: Meta): void => {
      if (level === 'WARN') warn(message, meta);
      if (level === 'ERROR') error(message, meta);
    },
  };
}

const toldFields = ['sdkComponent', 'taskQueue', 'workflowType', 'workflowId', 'runId', 'activityType', 'attempt', 'target'];

function fields(meta: Meta = {}): Record<string, unknown> {
  const told = toldFields.flatMap((name) => (meta[name] === undefined ? [] : [[name, meta[name]]]));
  const error = meta['error'];
  return { ...Object.fromEntries(told), ...(error instanceof Error ? { error: error.name } : {}) };
}
