import Table from 'cli-table3';
import type { Campaign, Findings } from './campaign.js';
import { hostileTraffic } from './hostile-traffic.js';
import { importKilled } from './import-killed.js';
import { killEverything } from './kill-everything.js';
import { quizKilled } from './quiz-killed.js';
import { Scene } from './scene.js';
import { slowProvider } from './slow-provider.js';
import { stormOfRefusals } from './storm-of-refusals.js';
import { temporalAway } from './temporal-away.js';
import { temporalLost } from './temporal-lost.js';

/**
 * `npm run faults [-- --only <name>] [-- --json]`: makes trouble for real instances on loopback, one campaign after the other, and says
 * what held. Exits 0 only if all did. To add one: a file beside this, a line here, a paragraph in docs/faults.md.
 */
const campaigns: readonly Campaign[] = [
  killEverything,
  temporalAway,
  temporalLost,
  stormOfRefusals,
  slowProvider,
  importKilled,
  quizKilled,
  hostileTraffic,
];

interface Report extends Findings {
  readonly name: string;
  readonly title: string;
  readonly holds: boolean;
  readonly seconds: number;
}

const asked = process.argv.flatMap((word, i) => (word === '--only' ? [process.argv[i + 1] ?? ''] : []));
const unknownName = asked.find((name) => !campaigns.some((campaign) => campaign.name === name));
if (unknownName !== undefined) {
  process.stderr.write(`There is no campaign ${unknownName}; there are ${campaigns.map(({ name }) => name).join(', ')}.\n`);
  process.exit(2);
}
const asJson = process.argv.includes('--json');
const began = performance.now();
let scene: Scene | null = null;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void closeAndLeave());

const reports: Report[] = [];
for (const campaign of campaigns.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const report = await play(campaign);
  reports.push(report);
  if (!asJson) show(report);
}
const holds = reports.every((report) => report.holds);
const seconds = secondsSince(began);
if (asJson) process.stdout.write(`${JSON.stringify({ holds, seconds, campaigns: reports })}\n`);
else process.stdout.write(`${reports.filter((report) => report.holds).length} of ${reports.length} hold. ${seconds} s.\n`);
process.exit(holds ? 0 : 1);

async function play(campaign: Campaign): Promise<Report> {
  const startedAt = performance.now();
  say(`${campaign.name}: ${campaign.title}.`);
  const findings = await findingsOf(campaign);
  const { name, title } = campaign;
  return { name, title, holds: findings.problems.length === 0, seconds: secondsSince(startedAt), ...findings };
}

async function findingsOf(campaign: Campaign): Promise<Findings> {
  try {
    scene = await Scene.open(campaign, say);
    return await within(campaign.limitMs, campaign.run(scene));
  } catch (error) {
    return { seen: {}, problems: [error instanceof Error ? error.message : String(error)] };
  } finally {
    await scene?.close().catch((error: unknown) => say(`Not all could be cleared away: ${String(error)}`));
    scene = null;
  }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The campaign was given up after ${limitMs / 1000} s.`)), limitMs);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

function show({ name, title, holds: isSo, seconds: took, seen, problems }: Report): void {
  const table = new Table({ head: [`${name}: ${title}`, isSo ? 'holds' : 'FAILS'], style: { head: [], border: [] }, wordWrap: true });
  for (const [what, value] of Object.entries(seen)) table.push([what, String(value)]);
  table.push(['took', `${took} s`]);
  process.stdout.write(`${table.toString()}\n`);
  for (const problem of problems.slice(0, 20)) process.stdout.write(`  ✗ ${problem}\n`);
  if (problems.length > 20) process.stdout.write(`  … and ${problems.length - 20} more.\n`);
}

async function closeAndLeave(): Promise<never> {
  await scene?.close().catch(() => undefined);
  process.exit(130);
}

function say(line: string): void {
  process.stderr.write(`${String(secondsSince(began)).padStart(4)} s  ${line}\n`);
}

function secondsSince(start: number): number {
  return Math.round((performance.now() - start) / 1000);
}
