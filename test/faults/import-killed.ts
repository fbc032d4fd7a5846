import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ChildInstance } from '../../examples/instance.js';
import type { ImportAnswer } from '../../src/api/contract/imports.js';
import { packageRoot } from '../../src/temporal/package-root.js';
import { startPostgres } from '../support/postgres-server.js';
import { quickCart } from '../support/project.js';
import { type Campaign, until } from './campaign.js';

const people = Number(process.env['IMPORT_PEOPLE'] ?? 100_000);
const orders = Number(process.env['IMPORT_ORDERS'] ?? 300_000);
/** One line in so many cannot be taken. */
const faultyEvery = 1_000;

/**
 * A shop moves in: people with their consent, then their orders. In the middle of the orders the command gets SIGKILL, and is given again;
 * later the server gets SIGKILL, and is started again while the command waits.
 */
export const importKilled: Campaign = {
  name: 'import',
  title: `${people} people and ${orders} orders imported, command and server killed in the middle`,
  journeys: { 'quick-cart': quickCart({ idle: 3, wait: 20 }) },
  limitMs: 3_600_000,
  async run(scene) {
    const database = await startPostgres({ durable: true });
    scene.onClose(() => database.stop());
    const env = { DATABASE_URL: database.url, SOJOURN_SECRET: 'a secret of this campaign alone' };
    const peopleFile = scene.folder('people.csv');
    const ordersFile = scene.folder('orders.csv');
    await writePeople(peopleFile);
    await writeOrders(ordersFile);
    let instance = await scene.start(env);
    const memory = new Memory();
    memory.watch(() => instance.process);
    scene.onClose(async () => memory.stop());

    const peopleTook = await timed(() => endOf(command(instance, 'people', peopleFile), memory));
    scene.say(`People are there after ${peopleTook} s.`);

    const began = performance.now();
    const first = command(instance, 'orders', ordersFile);
    await until('a third of the orders', 1_200_000, async () => (await positionOf(instance)) > orders / 3, 250);
    first.kill('SIGKILL');
    await once(first, 'exit');
    const killedAt = await positionOf(instance);
    scene.say(`The command was killed at ${killedAt}.`);
    const second = command(instance, 'orders', ordersFile);
    await until('two thirds of the orders', 1_200_000, async () => (await positionOf(instance)) > (orders * 2) / 3, 250);
    await scene.killEverything();
    scene.say('The server was killed.');
    instance = await scene.start(env);
    await endOf(second, memory);
    const ordersTook = Math.round((performance.now() - began) / 1000);

    const imports = await instance.all<ImportAnswer>('/v1/imports');
    const counts = await countsIn(database.url);
    memory.stop();
    const faulty = { people: Math.floor(people / faultyEvery), orders: Math.floor(orders / faultyEvery) };
    const problems = [
      ...differs('people', counts.people, people - faulty.people),
      ...differs('consents', counts.consents, people - faulty.people),
      ...differs('orders', counts.orders, orders - faulty.orders),
      ...differs('sum of the orders', counts.cents, centsOfAll()),
      ...differs('dead letters', counts.letters, faulty.people + faulty.orders),
      ...differs('entries', counts.entries, 0),
      ...differs('messages', counts.messages, 0),
      ...imports.filter(({ finishedAt }) => finishedAt === null).map(({ file }) => `The import of ${file} did not end.`),
      ...(memory.grownMiB > 150 ? [`The server grew by ${memory.grownMiB} MiB between the first and the last third of the orders.`] : []),
    ];
    return {
      seen: {
        people: `${counts.people} in ${peopleTook} s`,
        orders: `${counts.orders} in ${ordersTook} s, with a kill of the command at ${killedAt}, a kill of the server and its restart`,
        'dead letters': counts.letters,
        'memory of the server': `${memory.mostMiB} MiB at most`,
        'memory of the command': `${memory.commandMiB} MiB at most`,
      },
      problems,
    };
  },
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return Math.round((performance.now() - began) / 1000);
}

function command(instance: ChildInstance, kind: string, file: string): ChildProcess {
  const { apiUrl, apiKey } = instance.running;
  const words = [
    join(packageRoot(), 'bin', 'sojourn.mjs'),
    'import',
    kind,
    file,
    '--url',
    apiUrl,
    '--api-key',
    apiKey ?? '',
    ...(kind === 'people' ? ['--mapping', 'klaviyo-people'] : []),
  ];
  return spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Exit code 1 says that there were faulty lines. */
async function endOf(child: ChildProcess, memory: Memory): Promise<void> {
  const watching = setInterval(() => memory.noteCommand(child.pid), 1_000);
  const code = child.exitCode ?? ((await once(child, 'exit')) as [number | null])[0];
  clearInterval(watching);
  if (code !== 1) throw new Error(`The import ended with code ${code}.`);
}

async function positionOf(instance: ChildInstance): Promise<number> {
  const imports = await instance.all<ImportAnswer>('/v1/imports').catch(() => []);
  return imports.find(({ kind }) => kind === 'orders')?.position ?? 0;
}

async function countsIn(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<'people' | 'consents' | 'orders' | 'cents' | 'letters' | 'entries' | 'messages', string>>(
      `select (select count(*) from profiles where merged_into is null) as people,
        (select count(*) from consents where state = 'granted') as consents,
        (select count(*) from orders) as orders,
        (select coalesce(sum(round((payload->'properties'->>'total')::numeric * 100)), 0) from events where name = 'Order Completed') as cents,
        (select count(*) from dead_letters) as letters,
        (select count(*) from entries) as entries, (select count(*) from messages) as messages`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error('Nothing was counted.');
    return Object.fromEntries(Object.entries(row).map(([name, count]) => [name, Number(count)])) as Record<keyof typeof row, number>;
  } finally {
    await client.end();
  }
}

function differs(what: string, seen: number, wanted: number): readonly string[] {
  return seen === wanted ? [] : [`There are ${seen} ${what}, and there should be ${wanted}.`];
}

// ── files ──

async function writePeople(file: string): Promise<void> {
  const line = (n: number) =>
    n % faultyEvery === 0
      ? `p${n},not an address,Person,DE,SUBSCRIBED,2024-01-01 10:00:00`
      : `p${n},person-${n}@example.com,Person,DE,SUBSCRIBED,2024-01-01 10:00:00`;
  await writeLines(file, 'user_id,Email,First Name,Country,Email Marketing Consent,Email Marketing Consent Timestamp', people, line);
}

async function writeOrders(file: string): Promise<void> {
  const line = (n: number) => {
    const day = new Date(Date.UTC(2023, 0, 1) + (n % 1_000) * 86_400_000).toISOString().slice(0, 10);
    const total = n % faultyEvery === 0 ? '1.299' : `${euros(n)}.${String(n % 100).padStart(2, '0')}`;
    return `o-${n},person-${buyerOf(n)}@example.com,${day} 12:00:00,EUR,${total},mug-${n % 50},2,4.50`;
  };
  await writeLines(file, 'order_id,Email,Order date,Currency,Total,product_id,quantity,price', orders, line);
}

/** Somebody who is there: no line of theirs is faulty. */
function buyerOf(n: number): number {
  const buyer = (n % people) + 1;
  return buyer % faultyEvery === 0 ? buyer - 1 : buyer;
}

function euros(n: number): number {
  return 10 + (n % 90);
}

function centsOfAll(): number {
  let sum = 0;
  for (let n = 1; n <= orders; n += 1) if (n % faultyEvery !== 0) sum += euros(n) * 100 + (n % 100);
  return sum;
}

async function writeLines(file: string, head: string, count: number, line: (n: number) => string): Promise<void> {
  const stream = createWriteStream(file);
  stream.write(`${head}\n`);
  for (let n = 1; n <= count; n += 1) if (!stream.write(`${line(n)}\n`)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
}

// ── memory ──

class Memory {
  mostMiB = 0;
  commandMiB = 0;
  readonly #samples: number[] = [];
  #isOver = false;

  watch(process_: () => ChildProcess): void {
    void (async () => {
      for (; !this.#isOver; await sleep(1_000)) {
        const now = residentMiB(process_().pid);
        if (now === 0) continue;
        this.#samples.push(now);
        this.mostMiB = Math.max(this.mostMiB, now);
      }
    })();
  }

  noteCommand(pid: number | undefined): void {
    this.commandMiB = Math.max(this.commandMiB, residentMiB(pid));
  }

  /** By the medians of the thirds, so that one collection more or less says nothing. */
  get grownMiB(): number {
    const third = Math.floor(this.#samples.length / 3);
    return medianOf(this.#samples.slice(-third)) - medianOf(this.#samples.slice(third, 2 * third));
  }

  stop(): void {
    this.#isOver = true;
  }
}

function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function residentMiB(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
