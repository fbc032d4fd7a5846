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
    expect(await sojourn('journey', 'lint', journey)).toMatchObject({ exit: 0, out: '1 journey, no problems.' });

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
    expect(await sojourn('policy', 'lint')).toMatchObject({ exit: 0, out: '5 policies, no problems.' });

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
    expect(out).toMatch(/abandoned-cart: .* of \d+ steps, .* reached\.[^\n]*\n\n\d+ scenarios as expected, 0 not\.$/);
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

  test('simulate plays journeys beside each other, as a scenario names them or a script has them all', async () => {
    const example = 'examples/journeys/left-checkout.journey.yaml';
    const named = await sojourn('simulate', example, '--scenario', 'promised slot');
    expect(named).toMatchObject({
      exit: 0,
      out: expect.stringContaining('left-checkout/still-open took that of abandoned-cart/cart-reminder-1'),
    });
    expect(named.out).toMatch(/It says “/);

    const script = join(folder, 'together.scenarios.yaml');
    const checkout = '{ checkout_token: k, currency: GBP, products: [{ product_id: m, name: Mug, price: 15, quantity: 2 }] }';
    await writeFile(
      script,
      `- { name: both, persona: subscriber, events: [{ at: +0m, track: Checkout Started, properties: ${checkout} }], expect: { of: [{ journey: left-checkout, sent: [still-open] }, { journey: abandoned-cart, outcome: completed }] } }`,
    );
    expect(await sojourn('simulate', journey, example, '--scenarios', script)).toMatchObject({ exit: 0 });
    expect(await sojourn('simulate', journey, '--scenarios', script)).toMatchObject({ exit: 1 });
  });

  test('simulate names the scenario and the file of a journey that is not there', async () => {
    const script = join(folder, 'nowhere.scenarios.yaml');
    await writeFile(script, '- name: n\n  journeys: [other.journey.yaml]\n  persona: visitor\n  events: []\n  expect: {}\n');
    const { exit, err } = await sojourn('simulate', journey, '--scenarios', script);
    expect(exit).toBe(1);
    expect(err).toContain(`${script}:2:14`);
    expect(err).toContain(`There is no file ${join(folder, 'other.journey.yaml')}`);
  });

  test('simulate --load counts messages a person a week, and who loses room to whom', async () => {
    const asked = ['simulate', 'examples/journeys/left-checkout.journey.yaml', '--scenario', 'twenty shoppers', '--load'];
    const { out } = await sojourn(...asked);
    expect(out).toMatch(/20 people over 5 weeks: \d+ messages sent\./);
    expect(out).toMatch(/abandoned-cart +left-checkout +\d+/);

    const [{ load }] = JSON.parse((await sojourn(...asked, '--json')).out) as [{ load: { sent: number; senders: { sent: number }[] } }];
    expect(load.senders.reduce((sum, { sent }) => sum + sent, 0)).toBe(load.sent);
    expect(load).toMatchObject({ people: 20, weeks: 5 });
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
