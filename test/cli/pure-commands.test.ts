import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/program.js';

const journey = 'journeys/abandoned-cart.journey.yaml';

async function sojourn(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await runCli(args, { env: {}, out: (text) => out.push(text), err: (text) => err.push(text) });
  return { exit, out: out.join('\n'), err: err.join('\n') };
}

describe('commands that need no server', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sojourn-pure-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('lint passes the shipped journey, and points at a mistake with a suggestion', async () => {
    expect(await sojourn('journey', 'lint', journey)).toMatchObject({ exit: 0, out: '1 journey, nothing to complain about.' });

    const source = await readFile(journey, 'utf8');
    const broken = join(folder, 'broken.journey.yaml');
    await writeFile(broken, source.replace('template: cart-reminder-1', 'template: cart-remindr-1'));
    const { exit, out } = await sojourn('journey', 'lint', broken);
    expect(exit).toBe(1);
    const line = source.split('\n').findIndex((text) => text.includes('template: cart-reminder-1')) + 1;
    expect(out).toContain(`${broken}:${line}:`);
    expect(out).toContain('cart-reminder-1');
    expect(out).toContain('1 error, 0 warnings.');
  });

  test('lint passes the shipped policies, and points at a mistake in a file of one’s own', async () => {
    expect(await sojourn('policy', 'lint')).toMatchObject({ exit: 0, out: '5 policies, nothing to complain about.' });

    const mine = join(folder, 'my-caps.yaml');
    await writeFile(mine, (await readFile('policies/caps.yaml', 'utf8')).replace('topics: [win_back]', 'topics: [winback]'));
    const { exit, out } = await sojourn('policy', 'lint', mine);
    expect(exit).toBe(1);
    expect(out).toContain(`${mine}:`);
    expect(out).toContain('Did you mean "win_back"?');
    expect(await sojourn('policy', 'lint', journey)).toMatchObject({ exit: 2, err: expect.stringContaining('policy: caps') });
  });

  test('lint of a journey knows the topics that people can consent to', async () => {
    const wrong = join(folder, 'topic.journey.yaml');
    const source = await readFile(journey, 'utf8');
    await writeFile(wrong, source.replaceAll('topic: cart_reminder', 'topic: cart_remainder'));
    const { exit, out } = await sojourn('journey', 'lint', wrong);
    expect(exit).toBe(1);
    expect(out.match(/Did you mean "cart_reminder"\?/g)).toHaveLength(source.split('topic: cart_reminder').length - 1);
  });

  test('simulate plays every scenario of the shipped journey as expected', async () => {
    const { exit, out } = await sojourn('simulate', journey);
    expect(out).toMatch(/scenarios as expected, 0 not\.$/);
    expect(exit).toBe(0);
  });

  test('simulate finds a scenario by a part of its name, and lists them when it cannot', async () => {
    const all = JSON.parse((await sojourn('simulate', journey, '--json')).out) as { scenario: string }[];
    const [first] = all;
    const one = await sojourn('simulate', journey, '--scenario', first?.scenario ?? '');
    expect(one.out).toMatch(/As expected\.$/);

    const none = await sojourn('simulate', journey, '--scenario', 'no such thing');
    expect(none.exit).toBe(2);
    expect(none.err).toContain(first?.scenario);
  });

  test('simulate fails when a story is not as its scenario expects', async () => {
    const scenarios = join(folder, 'wrong.scenarios.yaml');
    const source = await readFile('journeys/abandoned-cart.scenarios.yaml', 'utf8');
    await writeFile(scenarios, source.replace(/outcome: (completed|converted)/, 'outcome: superseded'));
    const { exit, out } = await sojourn('simulate', journey, '--scenarios', scenarios);
    expect(exit).toBe(1);
    expect(out).toContain('Not as expected:');
  });

  test('a template is previewed with a sample, its HTML written where it is asked for', async () => {
    const file = join(folder, 'mail.html');
    const { exit, out } = await sojourn('template', 'preview', 'cart-reminder-1', '--locale', 'de', '--out', file);
    expect(exit).toBe(0);
    expect(out).toContain('Subject: ');
    expect(await readFile(file, 'utf8')).toContain('<html');
  });

  test('a file that is not there is a wrong question, not a fault', async () => {
    expect(await sojourn('journey', 'lint', 'nowhere.yaml')).toMatchObject({
      exit: 2,
      err: 'There is no file nowhere.yaml that can be read.',
    });
  });
});
