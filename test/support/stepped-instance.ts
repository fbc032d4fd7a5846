import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { ApiClient } from '../../examples/instance.js';
import { part, startParts } from '../../src/instance/part.js';
import { parts } from '../../src/instance/parts/list.js';
import { readConfig, rolesOf } from '../../src/settings/config.js';
import { connectTemporal, type TemporalConnection } from '../../src/temporal/connection.js';
import { silentLog } from './log.js';
import { SteppedClock } from './stepped-clock.js';
import type { TestTemporal } from './temporal.js';
import { eventually, type SeenEntry } from './watching.js';

type History = temporal.api.history.v1.IHistory;
const { EventType } = temporal.api.enums.v1;

/** A whole instance in this process, all of its parts as ever but the clock, with the project of this repository. */
export class SteppedInstance extends ApiClient {
  readonly clock: SteppedClock;
  readonly #temporal: TemporalConnection;
  readonly #end: () => Promise<void>;

  private constructor(running: ApiClient['running'], clock: SteppedClock, connection: TemporalConnection, end: () => Promise<void>) {
    super(running);
    this.clock = clock;
    this.#temporal = connection;
    this.#end = end;
  }

  static async start(server: TestTemporal, startAt: number): Promise<SteppedInstance> {
    const dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-e2e-'));
    const clock = new SteppedClock(startAt);
    const stepped = part({ name: 'clock', needs: ['store'], start: () => ({ value: clock }) });
    const config = readConfig({
      ...freePorts,
      SOJOURN_DATA: dataFolder,
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_NAMESPACE: server.namespace,
    });
    const list = parts.map((one) => (one.name === 'clock' ? stepped : one));
    const started = await startParts(list, { config, roles: rolesOf(config), log: silentLog, say: () => {} });
    const connection = await connectTemporal(server);
    return new SteppedInstance(started.made['running.json'], clock, connection, async () => {
      await connection.close();
      await started.stop();
      await rm(dataFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
    });
  }

  stop(): Promise<void> {
    return this.#end();
  }

  /** Resolves when the run of an entry has set its timer, and nothing of it is under way. */
  async isAtRest({ workflowId, id }: Pick<SeenEntry, 'workflowId' | 'id'>): Promise<void> {
    await eventually(`the run of ${id} to wait`, async () => {
      const { events } = await this.#run(workflowId).fetchHistory();
      return events?.at(-1)?.eventType === EventType.EVENT_TYPE_TIMER_STARTED;
    });
  }

  /** The history of a run that has ended. */
  async history({ workflowId, id }: Pick<SeenEntry, 'workflowId' | 'id'>): Promise<History> {
    return eventually(`the run of ${id} to end`, async () => {
      const history = await this.#run(workflowId).fetchHistory();
      return history.events?.at(-1)?.eventType === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED && history;
    });
  }

  #run(workflowId: string): WorkflowHandle {
    return this.#temporal.client.workflow.getHandle(workflowId);
  }
}

const freePorts = Object.fromEntries(
  ['SOJOURN_PORT', 'SOJOURN_MAILBOX_PORT', 'SOJOURN_SMTP_PORT', 'SOJOURN_PHONE_PORT'].map((name) => [name, '0']),
);
