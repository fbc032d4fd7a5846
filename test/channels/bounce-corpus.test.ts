import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decisive, readNotice } from '../../src/channels/email/bounces/notice.js';
import { readInboundMail } from '../../src/channels/email/inbound-mail.js';

interface Report {
  readonly name: string;
  readonly reading: string;
  readonly isHeld: boolean;
  readonly raw: string;
}

const folder = new URL('../corpus/bounces/', import.meta.url);

function reportsOf(file: string): readonly Report[] {
  const [shape = '', ...cases] = readFileSync(new URL(file, folder), 'utf8').split(/^@case /m);
  return cases.map((text, index) => {
    const [head = '', ...lines] = text.split('\n');
    const [reading = '', ...marks] = head.split(' ');
    const reason = lines.join('\n').trimEnd();
    const status = marks.find((mark) => /^\d/.test(mark)) ?? '';
    const raw = shape
      .replace('@shape\n', '')
      .replaceAll('{{reason}}', () => reason)
      .replaceAll('{{folded}}', () => reason.replaceAll(/\n\s*/g, '\n  '))
      .replaceAll('{{status}}', status);
    return { name: `${file.replace('.txt', '')} ${index + 1}`, reading, isHeld: marks.includes('held'), raw };
  });
}

const reports = readdirSync(folder)
  .filter((file) => file.endsWith('.txt'))
  .flatMap(reportsOf);

async function read({ raw }: Report): Promise<string> {
  const mail = await readInboundMail(Buffer.from(raw.replaceAll('\n', '\r\n')));
  switch (mail.kind) {
    case 'dsn':
      return readNotice(decisive(mail.dsn.recipients, 'ada@example.com'), mail.inWords).found;
    case 'text-report':
      return mail.inWords.found;
    case 'auto-reply':
    case 'feedback':
      return mail.kind;
    case 'other':
      return 'unread';
  }
}

async function measure(some: readonly Report[]) {
  const readings = await Promise.all(some.map(async (report) => ({ ...report, found: await read(report) })));
  const hard = readings.filter(({ reading }) => reading === 'hard');
  const others = readings.filter(({ reading }) => reading !== 'hard');
  return {
    wrong: readings
      .filter(({ reading, found }) => reading !== found)
      .map(({ name, reading, found }) => `${name}: ${reading}, read as ${found}`),
    found: hard.filter(({ found }) => found === 'hard').length / hard.length,
    falselyHard: others.filter(({ found }) => found === 'hard').length / others.length,
    right: readings.filter(({ reading, found }) => reading === found).length / readings.length,
    count: readings.length,
  };
}

test('holds reports of many servers, in many languages', () => {
  expect(reports.length).toBeGreaterThanOrEqual(150);
  expect(new Set(reports.map(({ name }) => name.split(' ')[0])).size).toBeGreaterThanOrEqual(20);
});

test.each([
  ['open', false],
  ['held back', true],
])('finds the dead addresses of the %s reports, and calls no others dead', async (what, isHeld) => {
  const measured = await measure(reports.filter((report) => report.isHeld === isHeld));
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  console.log(
    `${what}: ${measured.count} reports, hard found ${percent(measured.found)}, falsely hard ${percent(measured.falselyHard)}, read right ${percent(measured.right)}`,
  );
  if (process.env['SHOW_WRONG'] === what) console.log(measured.wrong.join('\n'));
  expect(measured.found).toBeGreaterThanOrEqual(0.95);
  expect(measured.falselyHard).toBeLessThanOrEqual(0.01);
  expect(measured.right).toBeGreaterThanOrEqual(0.95);
});

test.each([
  ['replies', '550 5.7.1 mailbox '],
  ['blanks', ' '.repeat(20)],
  ['at signs', 'a@'],
  ['brackets', '<('],
  ['dots', 'a.b.'],
  ['lines', '550 no\n'],
  ['header lines', 'x-a: b\n'],
])('is quick with a megabyte of %s', async (_what, piece) => {
  const text = piece.repeat(1_000_000 / piece.length);
  const raw = `From: MAILER-DAEMON@mx.example\r\nSubject: ${text.slice(0, 1000).replaceAll('\n', ' ')}\r\n\r\n${text}`;
  const began = performance.now();
  await readInboundMail(Buffer.from(raw));
  expect(performance.now() - began).toBeLessThan(2_500);
});
