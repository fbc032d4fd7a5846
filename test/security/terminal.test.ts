import { expect, test } from 'vitest';
import { ingestEvents } from '../../src/app/ingest/ingest-events.js';
import { oneLine, printable } from '../../src/cli/printable.js';
import { runCli } from '../../src/cli/program.js';
import { table } from '../../src/cli/text.js';
import { testApi } from '../support/api.js';
import { track } from '../support/shop-events.js';
import { openMemoryStore } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

const escape = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202eevil\r';

test('what strangers write moves no cursor, in tables, sentences and JSON of every command', async () => {
  const opened = await openMemoryStore();
  const deps = turnDeps(opened.store);
  const { server, apiKey } = await testApi(deps);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  try {
    const { event, payload, ...more } = track('Seen', {}, { userId: 'ada' });
    const hostile = { ...more, event: { ...event, name: `Hello${escape}\nSent: nothing stood against it.`, messageId: 'm1' }, payload };
    await ingestEvents(deps, [hostile], []);
    for (const json of [[], ['--json']]) {
      const printed: string[] = [];
      const io = { env: {}, out: (text: string) => printed.push(text), err: (text: string) => printed.push(text) };
      expect(await runCli(['event', 'show', 'm1', '--url', url, '--api-key', apiKey, ...json], io)).toBe(0);
      const text = printed.join('\n');
      expect(text).toContain('Hello');
      expect(text).toMatch(/^[\t\n\u0020-\u007e\u00a0-\u2027\u2030-\uffff]*$/);
      expect(text.split('\n')).not.toContain('Sent: nothing stood against it.');
      if (json.length > 0) expect(JSON.parse(text)).toMatchObject({ name: hostile.event.name });
    }
  } finally {
    await server.close();
    await opened.dispose();
  }
}, 60_000);

test('every character that a terminal obeys is written out, and no other', () => {
  for (let code = 0; code < 0x10000; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCharCode(code);
    const obeys = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(character) && character !== '\t' && character !== '\n';
    expect(printable(character) === character).toBe(!obeys);
  }
  expect(printable('Zoë 😀 שלום, été\n\tnext')).toBe('Zoë 😀 שלום, été\n\tnext');
  expect(oneLine('a\nb')).toBe('a\\u000ab');
  expect(table(['name'], [['Ada\nEve']], '')).toBe('name\nAda\\u000aEve');
});
