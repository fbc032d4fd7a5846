import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { day, hour, minute } from '../../src/domain/time/instant.js';
import { parseJourney } from '../../src/journey/parse.js';
import {
  openScenarioProject,
  openTheatre,
  readJourneyFile,
  readScenarioFile,
  type ScenarioProject,
  type StagedScenario,
} from '../../src/project/scenario-project.js';
import { castPersona } from '../../src/simulator/persona.js';
import type { Script } from '../../src/simulator/script.js';

/** Milliseconds; real, and of the process's CPU. */
interface Took {
  readonly real: number;
  readonly cpu: number;
}

export interface ScenariosResult {
  readonly scenarios: number;
  /** All shipped scenarios, with reading the project and compiling its templates. */
  readonly allShipped: Took;
  /** Of this, playing alone. */
  readonly playing: Took;
  /** Three journeys, twenty people, sixty days, four letters: playing alone. */
  readonly sixtyDays: Took & { readonly events: number; readonly messages: number };
}

/** Plays what `sojourn simulate` plays; the median of so many rounds. */
export async function benchScenarios(rounds: number, say: (line: string) => void): Promise<ScenariosResult> {
  const all: Took[] = [];
  const playing: Took[] = [];
  let scenarios = 0;
  for (let round = 0; round < rounds; round += 1) {
    const began = now();
    const project = await openScenarioProject('.');
    const staged = await stageShipped(project);
    const play = openTheatre(project);
    const ready = now();
    for (const one of staged) play(one);
    all.push(since(began));
    playing.push(since(ready));
    scenarios = staged.length;
  }
  const sixtyDays = await benchSixtyDays(rounds);
  const result = { scenarios, allShipped: median(all), playing: median(playing), sixtyDays };
  say(`scenarios: ${scenarios} in ${result.allShipped.real.toFixed(0)} ms; sixty days in ${sixtyDays.real.toFixed(0)} ms`);
  return result;
}

async function stageShipped(project: ScenarioProject): Promise<readonly StagedScenario[]> {
  const staged: StagedScenario[] = [];
  for (const folder of ['journeys', 'examples/journeys'])
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.journey.yaml'))) {
      const journey = await readJourneyFile(project, join(folder, file));
      staged.push(...(await readScenarioFile(project, join(folder, file.replace('.journey.', '.scenarios.')), [journey])));
    }
  return staged;
}

async function benchSixtyDays(rounds: number): Promise<ScenariosResult['sixtyDays']> {
  const project = await openScenarioProject('.');
  const [cart, checkout, again] = await Promise.all([
    readJourneyFile(project, 'journeys/abandoned-cart.journey.yaml'),
    readJourneyFile(project, 'examples/journeys/left-checkout.journey.yaml'),
    afterAnOrder(),
  ]);
  const script = sixtyDaysOfTwenty();
  const staged: StagedScenario = {
    scenario: { name: script.name, script, journeys: [], expect: {} },
    journeys: [cart, checkout, again],
  };
  const play = openTheatre(project);
  const took: Took[] = [];
  let messages = 0;
  for (let round = 0; round < rounds; round += 1) {
    const began = now();
    messages = play(staged).messages.length;
    took.push(since(began));
  }
  return { ...median(took), events: script.happenings.length, messages };
}

/** The checkout's journey once more, a day after an order. */
async function afterAnOrder() {
  const source = readFileSync('examples/journeys/left-checkout.journey.yaml', 'utf8')
    .replace('journey: left-checkout', 'journey: after-an-order')
    .replace('priority: 90', 'priority: 40')
    .replace(/trigger:[^]*?\n\nentry:/, 'trigger: { event: { name: order.paid } }\n\nentry:')
    .replace(/exits:[^]*?\n\ngoals:[^]*?\n\n/, '')
    .replace('  key: cart\n', '')
    .replace(/ {4}- cart: [^]*?reason: ordered\n/, '')
    .replace('steps:', 'steps:\n  - wait: { for: P1D }');
  const parsed = parseJourney(source, {});
  if (parsed.kind === 'ok') return parsed.definition;
  throw new Error(`The journey of the bench is wrong: ${JSON.stringify(parsed.problems)}`);
}

/** In sixty days each fills a cart four times, begins a checkout three times, and orders twice; a letter goes to all every other week. */
function sixtyDaysOfTwenty(): Script {
  const startAt = Date.UTC(2026, 11, 1, 10);
  const names = Array.from({ length: 20 }, (_, place) => `shopper-${place + 1}`);
  const people = names.map((name, place) => [name, castPersona('mobile-subscriber', startAt, { name, place })] as const);
  const line = { product_id: 'mug', name: 'Mug', price: 15, quantity: 2 };
  const track = (who: string, name: string, properties: Readonly<Record<string, unknown>>, at: number) =>
    ({ at, what: { kind: 'event', type: 'track', name, properties, who, happenedAt: at, messageId: null } }) as const;
  const happenings = Array.from({ length: 60 }, (_, days) =>
    names.flatMap((who, place) => {
      const at = startAt + days * day + place * 17 * minute;
      const cart = `${who}-${Math.floor(days / 10)}`;
      return [
        ...((days + place) % 15 === 0 ? [track(who, 'Product Added', { ...line, cart_id: cart, currency: 'GBP' }, at)] : []),
        ...((days + place) % 20 === 0
          ? [track(who, 'Checkout Started', { cart_id: cart, currency: 'GBP', products: [line] }, at + hour)]
          : []),
        ...((days + place) % 30 === 16
          ? [track(who, 'Order Completed', { order_id: `o-${who}-${days}`, cart_id: cart, total: 30, currency: 'GBP' }, at + 2 * hour)]
          : []),
      ];
    }),
  ).flat();
  const data = {
    subject: 'A letter',
    headline: 'A letter',
    paragraphs: ['Words.'],
    link: { words: 'Read', url: 'https://shop.example/l' },
  };
  const letters = Array.from({ length: 4 }, (_, week) => ({
    at: startAt + week * 14 * day,
    what: {
      kind: 'broadcast',
      id: `letter-${week}`,
      name: `Letter ${week}`,
      template: 'newsletter',
      to: 'everyone',
      overMs: hour,
      data,
      ...usual,
    },
  })) as unknown as Script['happenings'];
  const [first, ...others] = people;
  if (first === undefined) throw new Error('There is nobody.');
  return {
    name: 'sixty days',
    startAt,
    until: startAt + 60 * day,
    personaName: first[0],
    persona: first[1],
    people: Object.fromEntries(others),
    happenings: [...happenings, ...letters],
    answers: {},
  };
}

const usual = { deadline: null, priority: null };

function now(): Took {
  const { user, system } = process.cpuUsage();
  return { real: performance.now(), cpu: (user + system) / 1000 };
}

function since(began: Took): Took {
  const { real, cpu } = now();
  return { real: real - began.real, cpu: cpu - began.cpu };
}

function median(took: readonly Took[]): Took {
  const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return { real: middle(took.map(({ real }) => real)), cpu: middle(took.map(({ cpu }) => cpu)) };
}
