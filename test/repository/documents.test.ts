import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApi } from '../support/api.js';
import { isThere, repositoryFiles, textOf } from '../support/repository.js';
import { type OpenedStore, openMemoryStore } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

const documents = repositoryFiles().filter((file) => file.endsWith('.md'));
const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Readonly<Record<string, string>> };

let opened: OpenedStore;
beforeAll(async () => {
  opened = await openMemoryStore();
});
afterAll(() => opened.dispose());

test('the README begins with a journey, then the two commands that set everything up', () => {
  const start = textOf('README.md').split('\n').slice(0, 30).join('\n');
  expect(start.indexOf('```yaml')).toBeLessThan(start.indexOf('```sh'));
  expect(start).toContain('npm ci && npm start');
  expect(start).toContain('npm ci && npm test');
});

test.each(documents)('%s names only scripts that there are', (file) => {
  const named = [...textOf(file).matchAll(/\bnpm (?:run ([\w:]+)|(start|test)\b)/g)].map(([, run, short]) => run ?? short ?? '');
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test.each(documents)('%s links to files and headings that there are', (file) => {
  const links = [...textOf(file).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link]) => link ?? '');
  expect(links.filter((link) => !leadsSomewhere(file, link))).toEqual([]);
});

test('docs/api.md names every route of the API, and no other', async () => {
  const { server } = await testApi(turnDeps(opened.store));
  const { paths } = (await server.inject('/openapi.json')).json<{ paths: Readonly<Record<string, unknown>> }>();
  const text = textOf('docs/api.md').replaceAll('<token>', '{token}');
  const untold = Object.keys(paths).filter((path) => !text.includes(path) && !text.includes(`/${path.split('/').slice(-1)[0]}\``));
  expect(untold).toEqual([]);

  const told = [...text.matchAll(/`[^`\n]*?(\/v1\/[a-z-]+(?:\/[a-zA-Z{}-]+)*)[^`\n]*`/g)].map(([, path]) => path ?? '');
  expect(told.length).toBeGreaterThan(20);
  expect(told.filter((path) => !Object.keys(paths).some((known) => known === path || known.startsWith(`${path}/`)))).toEqual([]);
});

function leadsSomewhere(from: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const file = path === '' ? from : join(dirname(from), path);
  if (!isThere(file)) return false;
  return heading === undefined || !file.endsWith('.md') || headingsOf(file).includes(heading);
}

/** As GitHub makes anchors of headings. */
function headingsOf(file: string): readonly string[] {
  return [...textOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
