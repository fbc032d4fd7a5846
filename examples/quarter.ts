import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { phoneSids } from './arrived.js';
import { countQuarter, disagreements, type Figures } from './quarter/count.js';
import { day, quarterDays, quarterStartsAt, shopQuarter } from './quarter/people.js';
import { Mailbox, playQuarter } from './quarter/play.js';
import { openSteppedInstance } from './quarter/stepped-instance.js';
import { askForQuarter, figuresOf, strays, type ToldQuarter } from './quarter/told.js';

/**
 * `npm run demo [-- --json]`: plays a shop's quarter through a whole Sojourn: its store, its API, real emails and texts. People subscribe,
 * take the quiz, leave carts, buy, receive, rate, lapse and come back. The clock goes from one thing that happens to the next. Exits 0 only
 * if a recount from what the shop told, the mailbox and the phone agrees with all that Sojourn says.
 */
const asJson = process.argv.includes('--json');
const began = performance.now();
const dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-quarter-'));
tell('Starting Sojourn with its clock at 1 September …');
const instance = await openSteppedInstance(dataFolder, quarterStartsAt);
const calls = shopQuarter();
let week = -1;
const played = await playQuarter(instance, calls, (at) => {
  const weeks = Math.floor((at - quarterStartsAt) / (7 * day));
  if (weeks === week) return;
  week = weeks;
  tell(`Week ${week + 1} of ${quarterDays / 7}, ${seconds()} s.`);
});
await instance.goTo(quarterStartsAt + quarterDays * day);
const mails = await new Mailbox(instance).mails();
const texts = await phoneSids(instance.api);
const told = await askForQuarter(instance);
const figures = figuresOf(told);
const counted = countQuarter(played, mails, texts.length);
const problems = [
  ...disagreements(figures, counted),
  ...strays(
    told.messages,
    mails.map(({ id }) => id),
    texts,
  ),
];
show();
await instance.stop();
await rm(dataFolder, { recursive: true, force: true });
process.exit(problems.length === 0 ? 0 : 1);

function show(): void {
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ events: calls.length, figures, counted, problems, seconds: seconds() })}\n`);
    return;
  }
  process.stdout.write(`${tableOf(told).toString()}\n${recountTable(counted).toString()}\n`);
  process.stdout.write(`${calls.length} events, ${mails.length} emails, ${texts.length} texts. ${seconds()} s.\n`);
  process.stdout.write(
    problems.length === 0
      ? `Recounted from events, mailbox and phone: all ${Object.keys(counted).length} figures agree, and every message arrived once.\n`
      : `${problems.join('\n')}\n`,
  );
}

function tableOf({ reports, offers, arms }: ToldQuarter) {
  const table = newTable(['In the quarter', '']);
  for (const { name, entered, notEntered, steps, ended, openNow, armedNow } of reports) {
    table.push([name.toUpperCase(), '']);
    for (const { reason, count } of notEntered) table.push([`  not entered: ${reason}`, count]);
    table.push(['  entered', entered]);
    for (const { step, channel, sent, skipped, deferred } of steps) {
      table.push([`  ${step} (${channel})`, sent]);
      for (const { reason, count } of deferred) table.push([`    put off for a while, ${reason}`, count]);
      for (const { reason, count } of skipped) table.push([`    not sent, ${reason}`, count]);
    }
    for (const { outcome, reason, count } of ended) table.push([`  ended ${outcome}: ${reason}`, count]);
    if (openNow + armedNow > 0) table.push(['  still under way', openNow + armedNow]);
  }
  table.push(['EXPERIMENTS, BY ARM', '']);
  for (const { experiment, arm, people } of arms) table.push([`  ${experiment}: ${arm}`, people]);
  table.push(['OFFERS: ISSUED, SHOWN, REDEEMED, COST', '']);
  for (const { id, issued, shown, redeemed, cost, currency } of offers)
    table.push([`  ${id}`, `${issued}, ${shown}, ${redeemed}, ${cost.toFixed(2)} ${currency ?? ''}`]);
  return table;
}

function recountTable(recounted: Figures) {
  const table = newTable(['Recounted', '']);
  for (const [name, count] of Object.entries(recounted)) table.push([name, count]);
  return table;
}

function newTable(head: string[]) {
  return new Table({ head, style: { head: [], border: [] }, colAligns: ['left', 'right'] });
}

function seconds(): number {
  return Math.round((performance.now() - began) / 100) / 10;
}

function tell(line: string): void {
  if (!asJson) process.stdout.write(`${line}\n`);
}
