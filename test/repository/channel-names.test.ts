import { expect, test } from 'vitest';
import { repositoryFiles, textOf } from '../support/repository.js';

/**
 * A channel is a value (decision 041): what differs between channels is a property of `src/channels/<name>/channel.ts`, and nothing else
 * asks which channel it has. A question with a channel's name in it has a silent answer for the next channel.
 */
const asksForName = [
  /[!=]==?\s*['"`](?:email|sms)['"`]/,
  /['"`](?:email|sms)['"`]\s*[!=]==?/,
  /\bcase\s+['"`](?:email|sms)['"`]/,
  /\bwhen\s+'(?:email|sms)'/i,
  /\b(?:channel|kind)\s*(?:=|<>|!=|in)\s*\(?'(?:email|sms)'/i,
  /\.(?:includes|has)\(\s*['"`](?:email|sms)['"`]/,
  // A table by channel, of which the next one is not in.
  /Record<Channel[^>]*>[^;=]*=\s*\{\s*\w/,
  /\bemail:[^,;{}]*,\s*sms:/,
];

/** Not about a channel's behaviour, for the reason given. */
const reviewed: Readonly<Record<string, string>> = {
  'src/project/shop.ts': 'a form of the file shop.yaml',
};

function asking(text: string): readonly string[] {
  return text.split('\n').filter((line) => asksForName.some((pattern) => pattern.test(line)) && !/^\s*(?:\*|\/\/|\/\*)/.test(line));
}

test('nothing outside the folders of the channels compares with the name of one', () => {
  const files = repositoryFiles().filter(
    (file) => /^(?:src|activities)\/.*\.ts$/.test(file) && !/^src\/channels\/(?:email|sms)\/|\/migrations\//.test(file),
  );
  const found = files
    .filter((file) => reviewed[file] === undefined)
    .flatMap((file) => asking(textOf(file)).map((line) => `${file}: ${line.trim()}`));

  expect(files.length).toBeGreaterThan(500);
  expect(found).toEqual([]);
});

test.each([
  "if (message.channel === 'email') return;",
  "return 'sms' !== channel;",
  "    case 'sms':",
  "sql`case channel when 'email' then p.email else p.phone end`",
  "m.channel = 'email' and",
  "if (channels.includes('sms')) tell();",
  "const nouns: Readonly<Record<Channel, string>> = { email: 'email' };",
  'rates: { email: config.A, sms: config.B },',
])('%s is found', (line) => {
  expect(asking(line)).toEqual([line]);
});
