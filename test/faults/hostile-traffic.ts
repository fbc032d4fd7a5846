import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ChildInstance } from '../../examples/instance.js';
import { quickCart } from '../support/project.js';
import { type Campaign, percentile, tally } from './campaign.js';

/** How long, real milliseconds: ten minutes in full, `HOSTILE_SECONDS=60` for a look. */
const lastsMs = Number(process.env['HOSTILE_SECONDS'] ?? 600) * 1000;
const honestEveryMs = 250;
const stalledAtOnce = 300;
/** What must hold. */
const promptMs = 2_000;
const refusedAtMostMs = 1_000;
const residentAtMost = 1_200;

/**
 * Strangers without a key, and some with the key that stands in the shop's pages, do all that they can think of, from twenty addresses;
 * beside them the shop's backend sends its events.
 */
export const hostileTraffic: Campaign = {
  name: 'hostile',
  title: `hostile traffic without a key and with a browser key for ${lastsMs / 1000} s, beside honest events`,
  journeys: { 'quick-cart': quickCart({ idle: 3, wait: 8 }) },
  limitMs: lastsMs + 300_000,
  async run(scene) {
    const instance = await scene.start();
    const until = performance.now() + lastsMs;
    const memory = watchMemory(instance.process.pid ?? 0);
    const attacks = attackers(instance).map((attack) => attack(until));
    const honest = await sendHonestly(instance, until);
    const answers = (await Promise.all(attacks)).flat();
    memory.stop();

    const waits = honest.map(({ ms }) => ms);
    const refused = longestRefusal(honest);
    const isAlive = (await fetch(`${instance.publicUrl}/healthz`).catch(() => null))?.ok === true;
    const p99 = percentile(waits, 0.99);
    const problems: string[] = [];
    if (!(p99 < promptMs)) problems.push(`Honest events took ${Math.round(p99)} ms (p99).`);
    if (refused > refusedAtMostMs) problems.push(`Honest events were refused for ${Math.round(refused)} ms.`);
    if (memory.mostMb() > residentAtMost) problems.push(`The process held ${memory.mostMb()} MB.`);
    if (!isAlive) problems.push('The process does not answer any more.');
    const lost = isAlive ? await lostOf(instance, honest) : honest.length;
    if (lost > 0) problems.push(`${lost} honest events were answered with 200 and are not there.`);
    return {
      seen: {
        'honest requests': honest.length,
        'honest answers': [...tally(honest.map(({ status }) => String(status)))].map(([status, n]) => `${status}: ${n}`).join(', '),
        'honest, from request to answer (p50, p99, longest)': [percentile(waits, 0.5), p99, Math.max(...waits)]
          .map((ms) => `${Math.round(ms)} ms`)
          .join(', '),
        'longest time in which honest ones were refused': `${Math.round(refused)} ms`,
        'honest events that were answered with 200 and are not in the store': lost,
        'hostile requests': answers.length,
        'hostile answers': [...tally(answers)].map(([status, n]) => `${status}: ${n}`).join(', '),
        'most memory of the process': `${memory.mostMb()} MB`,
      },
      problems,
    };
  },
};

interface Answer {
  readonly at: number;
  readonly ms: number;
  readonly status: number;
}

async function sendHonestly(instance: ChildInstance, until: number): Promise<readonly Answer[]> {
  const answers: Promise<Answer>[] = [];
  for (let i = 0; performance.now() < until; i += 1) {
    const event = { type: 'track', event: 'Page Seen', userId: `honest-${i % 100}`, messageId: `honest-${i}` };
    const at = performance.now();
    const send = post(instance, '127.0.0.1', JSON.stringify({ batch: [event] }), keyHeader(instance.running.writeKey));
    answers.push(send.then((status) => ({ at, ms: performance.now() - at, status })));
    await sleep(honestEveryMs);
  }
  return Promise.all(answers);
}

/** How many of those that were answered with 200 the store does not have. */
async function lostOf(instance: ChildInstance, honest: readonly Answer[]): Promise<number> {
  const headers = { authorization: `Bearer ${instance.running.apiKey ?? ''}` };
  let lost = 0;
  for (const [i, { status }] of honest.entries()) {
    if (status !== 200) continue;
    const shown = await fetch(`${instance.running.apiUrl}/v1/events/honest-${i}`, { headers });
    if (!shown.ok) lost += 1;
    await shown.arrayBuffer();
  }
  return lost;
}

/** Between an answer of 200 and the next one, where something else came between them. */
function longestRefusal(answers: readonly Answer[]): number {
  let longest = 0;
  let began: number | null = null;
  for (const { at, ms, status } of answers) {
    if (status !== 200) began ??= at;
    else if (began !== null) {
      longest = Math.max(longest, at + ms - began);
      began = null;
    }
  }
  return began === null ? longest : Number.POSITIVE_INFINITY;
}

type Attack = (until: number) => Promise<readonly string[]>;

function attackers(instance: ChildInstance): readonly Attack[] {
  const browser = keyHeader(instance.running.browserKey);
  const packed = { ...browser, 'content-encoding': 'gzip' };
  const nested = gzipSync(`{"batch":${'['.repeat(500_000)}`);
  const bomb = gzipSync(Buffer.alloc(64_000_000, ' '));
  const many = gzipSync(`{"batch":[${'{},'.repeat(300_000)}{}]}`);
  const bad = JSON.stringify({ batch: Array.from({ length: 200 }, () => ({ type: 'track', event: 'x'.repeat(300), userId: 'u' })) });
  const seen = (from: number) =>
    JSON.stringify({
      batch: Array.from({ length: 100 }, (_, i) => ({ type: 'track', event: 'Seen', anonymousId: `h${(from + i) % 500}` })),
    });
  return [
    over(instance, 4, () => ['{"batch":[]}', keyHeader(`sj_wk_${randomBytes(32).toString('base64url')}`)]),
    over(instance, 4, () => [JSON.stringify({ writeKey: randomBytes(7_500).toString('hex'), batch: [] }), {}]),
    over(instance, 2, () => [bomb, { 'content-encoding': 'gzip' }]),
    over(instance, 2, () => [nested, packed]),
    over(instance, 2, () => [bomb, packed]),
    over(instance, 2, () => [many, packed]),
    over(instance, 2, () => [bad, browser]),
    over(instance, 4, (i) => [seen(i * 100), browser]),
    stalling(instance, ''),
    stalling(instance, `Authorization: ${browser['authorization'] ?? ''}\r\n`),
  ];
}

/** So many at once, each from an address of its own, one request after the other. */
function over(
  instance: ChildInstance,
  many: number,
  make: (i: number) => readonly [string | Buffer, Readonly<Record<string, string>>],
): Attack {
  return async (until) => {
    const answers: string[] = [];
    const one = async (lane: number): Promise<void> => {
      for (let i = 0; performance.now() < until; i += 1) {
        const [body, headers] = make(i);
        answers.push(String(await post(instance, addressOf(lane + i), body, headers)));
        await sleep(20);
      }
    };
    await Promise.all(Array.from({ length: many }, (_, lane) => one(lane)));
    return answers;
  };
}

/** Keeps bodies open that never end. */
function stalling(instance: ChildInstance, headers: string): Attack {
  return async (until) => {
    const { hostname, port } = new URL(instance.publicUrl);
    const open = new Set<Socket>();
    for (let i = 0; performance.now() < until; i += 1) {
      while (open.size < stalledAtOnce) {
        const socket = connect({ host: hostname, port: Number(port), localAddress: addressOf(open.size + i) });
        open.add(socket);
        socket.on('close', () => open.delete(socket)).on('error', () => undefined);
        socket.write(`POST /v1/batch HTTP/1.1\r\nHost: shop\r\n${headers}Content-Length: 2000\r\n\r\n{"batch"`);
      }
      await sleep(200);
    }
    for (const socket of open) socket.destroy();
    return [];
  };
}

function addressOf(index: number): string {
  return `127.0.0.${2 + (index % 20)}`;
}

function keyHeader(key: string | null): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${key ?? ''}:`).toString('base64')}` };
}

/** The status; 0: the connection was closed without one. */
function post(
  instance: ChildInstance,
  localAddress: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve) => {
    const url = new URL('/v1/batch', instance.publicUrl);
    const sent = request(
      url,
      { method: 'POST', localAddress, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, agent: false },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0)).once('error', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.once('error', () => resolve(0));
    sent.end(body);
  });
}

function watchMemory(pid: number): { readonly stop: () => void; readonly mostMb: () => number } {
  let most = 0;
  const look = (): void => {
    const [, kb = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    most = Math.max(most, Number(kb));
  };
  const timer = setInterval(() => {
    try {
      look();
    } catch {
      // The process ended: the campaign says so.
    }
  }, 500);
  return { stop: () => clearInterval(timer), mostMb: () => Math.round(most / 1024) };
}
