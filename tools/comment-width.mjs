/**
 * Comments no wider than the code (`lineWidth` of biome.json): `node tools/comment-width.mjs` names those that are, `--write` wraps them.
 * The formatter leaves comments alone. A line that cannot be broken, such as an address, stays.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const width = JSON.parse(readFileSync('biome.json', 'utf8')).formatter.lineWidth;
const write = process.argv.includes('--write');
const given = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const listed = [
  'ls-files',
  '-co',
  '--exclude-standard',
  '--',
  ...['src', 'workflows', 'activities', 'test', 'tools', 'examples'].flatMap((folder) => [`${folder}/*.ts`, `${folder}/*.mjs`]),
];
const files = given.length > 0 ? given : execFileSync('git', listed, { encoding: 'utf8' }).trim().split('\n');

let wide = 0;
for (const file of files) {
  const before = readFileSync(file, 'utf8');
  const { text, places } = wrap(before.split('\n'));
  wide += places.length;
  if (places.length > 0 && write) writeFileSync(file, text);
  else for (const line of places) console.error(`${file}:${line}: the comment is wider than ${width} columns.`);
}
if (wide > 0 && !write) {
  console.error(`${wide} lines. They are wrapped by: npm run format`);
  process.exitCode = 1;
}

/**
 * Pushes what does not fit to the beginning of the next line of the same paragraph, or to a line of its own. `places`: lines that were too
 * wide, from 1.
 */
function wrap(lines) {
  const places = [];
  const done = [...lines];
  for (let at = 0, original = 1; at < done.length; at += 1, original += 1) {
    const line = done[at];
    if (line.length <= width) continue;
    const alone = /^(\s*)\/\*\* (.*) \*\/$/.exec(line);
    if (alone !== null) {
      const [, indent, words] = alone;
      places.push(original);
      done.splice(at, 1, `${indent}/**`, `${indent} * ${words}`, `${indent} */`);
      original -= 2;
      continue;
    }
    const [, lead, words] = /^(\s*(?:\*|\/\/) +)(.*)$/.exec(line) ?? [];
    const cut = lead === undefined ? -1 : line.lastIndexOf(' ', width);
    if (lead === undefined || cut <= lead.length || /^(biome-|oxlint-|@)/.test(words)) continue;
    places.push(original);
    const rest = line.slice(cut + 1);
    done[at] = line.slice(0, cut);
    const next = done[at + 1] ?? '';
    if (goesOn(lead, rest, next)) done[at + 1] = `${lead}${rest} ${next.slice(lead.length)}`;
    else {
      done.splice(at + 1, 0, `${lead}${rest}`);
      original -= 1;
    }
  }
  return { text: done.join('\n'), places };
}

/** Does the next line go on with the same paragraph? */
function goesOn(lead, rest, next) {
  if (!next.startsWith(lead) || next.length === lead.length) return false;
  const words = next.slice(lead.length);
  if (/^(\s|[-*|`@]|\d+\. |\/)/.test(words)) return false;
  return lead.includes('*') || !/[.:!?]$/.test(rest) || /^[a-z]/.test(words);
}
