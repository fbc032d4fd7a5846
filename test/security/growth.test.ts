import fastify from 'fastify';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { scanJson } from '../../src/api/event-door/scan-json.js';
import { checkEmail, normaliseEmail } from '../../src/channels/email/address.js';
import { normalisePhone } from '../../src/channels/sms/address.js';
import { tidySms } from '../../src/channels/sms/content.js';
import { trackDesigned, trackPlain } from '../../src/channels/track-links.js';
import { oneLine, printable } from '../../src/cli/printable.js';
import { readTimeZone } from '../../src/domain/time/time-zone.js';
import { readJson } from '../../src/domain/values/exact-json.js';
import { keptPayload } from '../../src/domain/values/kept-payload.js';
import { readForms } from '../../src/pages/kit/form.js';
import { tidyText } from '../../src/render/render.js';
import { checkYaml, readYaml } from '../../src/yaml/yaml-file.js';
import { processorMs } from '../support/processor-time.js';

/**
 * Four times the text may take eight times the work: four, and as much again for the noise of a busy machine. With the square it takes
 * sixteen. Work is time of the processor, so that others who have it meanwhile do not count.
 */
const times = 4;
const mostGrowth = 8;
/** What takes less than this for a megabyte is quick, however it grows. */
const quickMs = 250;
const lengths = [60_000, 240_000, 960_000];

const addresses = {
  linkUrl: (link: number) => `https://shop.example/l/${link}`,
  pictureUrl: 'https://shop.example/o/1.gif',
  publicUrl: 'https://shop.example',
  siteUrl: 'https://www.shop.example',
  hosts: ['a.example'],
};

const texts: Readonly<Record<string, (length: number) => string>> = {
  'spaces and a letter': (n) => `${' '.repeat(n)}x`,
  'a letter, spaces, a letter': (n) => `x${' '.repeat(n)}x`,
  'carriage returns': (n) => `x${'\r'.repeat(n)}x`,
  'new lines': (n) => `x${'\n'.repeat(n)}x`,
  'spaces and new lines': (n) => `x${' \n'.repeat(n / 2)}x`,
  'an address that ends its sentence often': (n) => `https://a.example/${'.'.repeat(n)}x`,
  'many addresses': (n) => Array.from({ length: n / 40 }, (_, i) => `https://a.example/${i}`).join(' '),
  'tags that are not closed': (n) => '<a '.repeat(n / 3),
  'quotes that are not closed': (n) => `<a href="${'\' "'.repeat(n / 3)}`,
  brackets: (n) => '['.repeat(n),
  backslashes: (n) => `"${'\\'.repeat(n)}`,
  escapes: (n) => `{"a":"${'\\ud800'.repeat(n / 6)}"}`,
  'names of keys': (n) => `{${'"writeKey":"",'.repeat(n / 14)}`,
  'at signs': (n) => `${'@'.repeat(n)}x`,
  'a domain of umlauts': (n) => `a@${'ü'.repeat(n)}.example`,
  digits: (n) => `+${'1 '.repeat(n / 2)}`,
  'control characters': (n) => '\u001b['.repeat(n / 2),
};

const doors: Readonly<Record<string, (text: string) => unknown>> = {
  'a text message': tidySms,
  'the text part of an email': tidyText,
  'links in an email': (text) =>
    trackDesigned({ html: `<p>${text.replaceAll('<', '&lt;').replaceAll('"', '&quot;')}</p>`, text }, addresses).text,
  'links in a text': (text) => trackPlain(text, addresses, { onlyShorter: true }),
  'an email address': checkEmail,
  'an email address as a key': normaliseEmail,
  'a number': normalisePhone,
  'a time zone': readTimeZone,
  'a body before its key': (text) => scanJson(Buffer.from(text), 80),
  'a body': readJson,
  'what is kept of it': (text) => keptPayload({ text, more: [text] }),
  'the command line': (text) => oneLine(printable(text)),
};

/** Looks at short texts first, so that work that grows too fast is found before it takes for ever. */
function expectLinear(name: string, make: (length: number) => string, work: (text: string) => unknown, sizes = lengths): void {
  for (const length of sizes) {
    const longMs = processorMs(() => work(make(length)), { enough: quickMs });
    if (longMs <= quickMs) continue;
    const shortMs = processorMs(() => work(make(length / times)), { enough: quickMs });
    expect(longMs / shortMs, `${name}, ${length} characters: ${Math.round(longMs)} ms after ${Math.round(shortMs)} ms`).toBeLessThan(
      mostGrowth,
    );
  }
}

test.each(Object.entries(doors))(
  'the work on %s grows with its length',
  (name, work) => {
    for (const [what, make] of Object.entries(texts)) expectLinear(`${name}: ${what}`, make, work);
  },
  120_000,
);

const topics = z.strictObject({
  policy: z.literal('topics'),
  topics: z.array(z.strictObject({ id: z.string(), name: z.record(z.string().regex(/^[a-z]{2}$/), z.string()) })),
});

const files: Readonly<Record<string, (length: number) => string>> = {
  'keys of one map': (n) => Array.from({ length: n / 12 }, (_, i) => `key${i}: 1`).join('\n'),
  'one key again and again': (n) => 'key: 1\n'.repeat(n / 7),
  'keys in braces': (n) => `{${Array.from({ length: n / 12 }, (_, i) => `key${i}: 1`).join(', ')}}`,
  'names of languages that are none': (n) =>
    `policy: topics\ntopics:\n  - id: a\n    name:\n${Array.from({ length: n / 24 }, (_, i) => `      language${i}: x`).join('\n')}`,
  'items that are wrong': (n) => `policy: topics\ntopics:\n${'  - 1\n'.repeat(n / 6)}`,
  'items without a name': (n) => `policy: topics\ntopics:\n${'  - { ids: 1 }\n'.repeat(n / 15)}`,
  'aliases of one mark': (n) => `a: &a x\nb: [${'*a, '.repeat(n / 4)}*a]`,
  'a mark and its alias, again and again': (n) => Array.from({ length: n / 30 }, (_, i) => `k${i}: [&m${i} x, *m${i}]`).join('\n'),
  'marks without aliases': (n) => Array.from({ length: n / 20 }, (_, i) => `k${i}: &m${i} x`).join('\n'),
  'aliases of nothing': (n) => `b: [${'*none, '.repeat(n / 7)}*none]`,
  laughter: (n) =>
    ['a0: &a0 [x, x]', ...Array.from({ length: n / 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`)].join('\n'),
  'one long key': (n) => `${'k'.repeat(n)}: 1`,
  'lines that are no YAML': (n) => '\t- : }\n'.repeat(n / 7),
  'quotes that do not end': (n) => `key: "${'\\"'.repeat(n / 2)}`,
  'a block of text': (n) => `key: |\n${'  line\n'.repeat(n / 7)}`,
  comments: (n) => '# nothing\n'.repeat(n / 10),
  'tags of strangers': (n) => '- !strange x\n'.repeat(n / 13),
  documents: (n) => 'a: 1\n---\n'.repeat(n / 9),
};

/** The parser itself takes seconds for a megabyte: that much only of what it, or we, could compare each with each. */
const inFull = new Set(['keys of one map', 'a mark and its alias, again and again', 'laughter']);

test.each(Object.entries(files))(
  'the work on a file of YAML grows with its length: %s',
  (name, make) => {
    const problemsOf = (text: string) => {
      const checked = checkYaml(readYaml('topics.yaml', text), topics);
      return checked.kind === 'invalid' ? checked.problems : [];
    };
    expectLinear(name, make, problemsOf, inFull.has(name) ? lengths : lengths.slice(0, 2));
    expect(problemsOf(make(60_000)).length).toBeLessThanOrEqual(50);
  },
  120_000,
);

test('a file of YAML with marks and a slip is read as it was meant', () => {
  const honest = 'policy: topics\ntopics:\n  - { id: a, name: &name { en: A } }\n  - { id: b, name: *name }\n';
  expect(checkYaml(readYaml('topics.yaml', honest), topics)).toMatchObject({ kind: 'ok', value: { topics: [{}, { name: { en: 'A' } }] } });
  const twice = readYaml('topics.yaml', 'policy: topics\ntopics:\n  - id: a\n    id: b\n');
  expect(twice.syntaxProblems).toMatchObject([
    { line: 4, column: 5, message: 'The key "id" is written twice.', suggestion: 'Keep one of them.' },
  ]);
});

test('a form with parts of any kind is read in a moment', async () => {
  const server = fastify();
  readForms(server);
  server.post('/', async (request) => Object.keys(request.body as object).length);
  const hostile = [
    'content-disposition:'.repeat(3_000),
    `content-disposition: form-data${';'.repeat(60_000)}`,
    `content-disposition: ${'; name='.repeat(8_000)}`,
    `content-disposition:${' '.repeat(60_000)}`,
    '--b'.repeat(20_000),
    '\r\n'.repeat(30_000),
  ];
  for (const part of hostile) {
    const began = performance.now();
    const payload = `--b\r\n${part}\r\n\r\nx\r\n--b--`;
    const answer = await server.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      payload,
    });
    expect(answer.statusCode).toBe(200);
    expect(performance.now() - began).toBeLessThan(1_000);
  }
  const honest = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n';
  const answer = await server.inject({
    method: 'POST',
    url: '/',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    payload: honest,
  });
  expect(answer.body).toBe('1');
});
