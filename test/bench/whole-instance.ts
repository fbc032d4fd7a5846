import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildInstance, startChild } from '../../examples/instance.js';
import type { DkimSettings } from '../../src/channels/email/compose.js';
import { connectTemporal } from '../../src/temporal/connection.js';
import { makeProject } from '../support/project.js';
import { type Call, sendBatch } from '../support/shop-client.js';
import type { StorePlaces } from './store-place.js';

/** A whole instance in a process of its own, as `npm start` runs it, with journeys of the bench and a real mail server. */
export interface WholeInstance {
  readonly child: ChildInstance;
  /** Makes people who are known and agree to letters and reminders, by events; answers once they are stored. */
  readonly know: (users: readonly string[]) => Promise<void>;
  /** Events of each of these runs of Temporal. */
  readonly historyLengths: (workflowType: string, atMost: number) => Promise<readonly number[]>;
  readonly stop: () => Promise<void>;
}

/** `at-once`: a cart's event sends a mail. `idle`: 20 s after the last one. */
const journeys = {
  'bench-at-once': cartJourney('bench-at-once', '{ event: { name: cart.updated } }'),
  'bench-idle': cartJourney('bench-idle', '{ inactivity: { after: [checkout.started], reset_on: [checkout.started], for: PT20S } }'),
};

function cartJourney(id: string, trigger: string): string {
  return `journey: ${id}
name: One email
class: marketing
topic: cart_reminder
priority: 80
trigger: ${trigger}
entry:
  key: cart
  filters:
    - identified: true
    - cart: { state: { is: open } }
      reason: ordered
  reentry: always
  concurrency: merge
exits:
  - { on: order.paid, outcome: converted }
steps:
  - send: { id: reminder, channel: email, template: cart-reminder-1, deadline: PT4H }
`;
}

export async function startWholeInstance(
  places: StorePlaces,
  { smtpUrl, dkim }: { readonly smtpUrl: string; readonly dkim: DkimSettings },
  onLine: (line: string) => void,
): Promise<WholeInstance> {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-bench-whole-'));
  const project = await makeProject(journeys);
  const { databaseUrl } = await places.make();
  const child = await startChild(
    join(folder, 'data'),
    {
      SOJOURN_PROJECT: project,
      SOJOURN_LOG_LEVEL: 'error',
      SMTP_URL: smtpUrl,
      DKIM_DOMAIN: dkim.domain,
      DKIM_SELECTOR: dkim.selector,
      DKIM_PRIVATE_KEY: dkim.privateKey,
      PUBLIC_URL: 'https://bench.example',
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl, SOJOURN_SECRET: 'the secret of the bench' }),
    },
    onLine,
  );
  const { temporalAddress: address, temporalNamespace: namespace } = child.running;
  if (address === null || namespace === null) throw new Error('The instance of the bench has no Temporal of its own.');
  const temporal = await connectTemporal({ address, namespace });
  return {
    child,
    know: (users) => inBatches(child, users, knownAndWilling),
    historyLengths: async (workflowType, atMost) => {
      const lengths: number[] = [];
      for await (const { historyLength } of temporal.client.workflow.list({
        query: `WorkflowType = '${workflowType}'`,
        pageSize: atMost,
      })) {
        lengths.push(Number(historyLength));
        if (lengths.length >= atMost) break;
      }
      return lengths;
    },
    stop: async () => {
      await temporal.close();
      await child.stop();
      await Promise.all([folder, project].map((path) => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 })));
    },
  };
}

function knownAndWilling(userId: string): readonly Call[] {
  const consent = (topic: string): Call => ({
    type: 'track',
    userId,
    event: 'Consent Granted',
    properties: { channel: 'email', topic, method: 'form', source: 'bench', text: 'yes' },
  });
  return [
    { type: 'identify', userId, traits: { email: addressOf(userId), firstName: 'Ada', locale: 'en-GB' } },
    consent('newsletter'),
    consent('cart_reminder'),
  ];
}

export function addressOf(userId: string): string {
  return `${userId}@example.test`;
}

/** Told to come again later, on a busy machine. */
async function patiently(send: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      if (tries === 10) throw error;
      await sleep(tries * 500);
    }
  }
}

const usersAtOnce = 40;
const callers = 4;

/** Sends the calls of all of these, some dozens of users in a request, four requests at once. */
export async function inBatches(
  instance: ChildInstance,
  users: readonly string[],
  callsOf: (userId: string) => readonly Call[],
): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < users.length) {
      const some = users.slice(next, next + usersAtOnce);
      next += usersAtOnce;
      await patiently(() => sendBatch(instance, some.flatMap(callsOf)));
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}
