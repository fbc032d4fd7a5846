import { type Kysely, sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { knowledgeSources } from '../../src/knowledge/index.js';
import { compileDraft } from '../../src/render/compile.js';
import { draftRenderer } from '../../src/render/folder-renderer.js';
import { knownVariables } from '../../src/render/scope.js';
import { castPersona } from '../../src/simulator/persona.js';
import { simulate } from '../../src/simulator/simulate.js';
import { lintWith, shop, withTemplates } from '../render/project.js';
import { shippedPolicies } from '../support/policies.js';
import { turn } from '../support/reminded.js';
import { identify, track } from '../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../support/stores.js';
import { publish, take, turnDeps } from '../support/turns.js';
import { up } from './trial-migration.js';
import { definitionOf, startAt, trialJourney } from './trials.js';

vi.mock(import('../../src/knowledge/index.js'), async (original) => {
  const { knowledgeSources: sources } = await original();
  const { pointsKnown } = await import('./trial-knowledge.js');
  return { knowledgeSources: { ...sources, points: pointsKnown } };
});
vi.mock(import('../../src/step-effects/index.js'), async (original) => {
  const { stepEffects } = await original();
  const { pointsGiven } = await import('./trial-effect.js');
  return { stepEffects: { ...stepEffects, points_given: pointsGiven } };
});
vi.mock(import('../../src/journey/steps/index.js'), async (original) => {
  const { stepKinds } = await original();
  const { reward } = await import('./trial-step.js');
  return { stepKinds: { ...stepKinds, reward } };
});

const file = 'templates/sms/points-text.yaml';
const written = (body: string) => `class: marketing\ntopic: newsletter\nwords:\n  en: { body: "${body}" }\n  de: { body: "${body}" }\n`;
const template = written('{{ shop.brand }}: you have {{ points.total }} points. {% if isFirstSms %}{{ words.firstTextTerms }}{% endif %}');
const journey = definitionOf(
  trialJourney({ steps: '\n  - reward: { points: 6 }\n  - wait: { for: PT1H }\n  - send: { channel: sms, template: points-text }' }),
);

test('no source has the name of what every message has', () => {
  expect(Object.keys(knowledgeSources).filter((name) => name in knownVariables.keys)).toEqual([]);
});

describe('a template that names a source', () => {
  test('may read what its example has, and nothing else', async () => {
    expect(await lintWith({ [file]: template })).toEqual([]);
    const wrong = await lintWith({ [file]: written('{{ points.sum }} {{ pointz.total }}') });
    expect([...new Set(wrong.map(({ message }) => message))]).toEqual([
      'There is no variable "points.sum".',
      'There is no variable "pointz".',
    ]);
  });

  test('asks for it, and no other does', async () => {
    await withTemplates({ [file]: template }, async (set) => {
      const asks = set.sources.map((source) => [source.id, compileDraft(source, set).asks ?? []] as const);
      expect(asks.filter(([, names]) => names.length > 0)).toEqual([['points-text', ['points']]]);
    });
  });

  test('reads it in memory', async () => {
    await withTemplates({ [file]: template }, async (set) => {
      const render = draftRenderer(set, shop);
      const said: string[] = [];
      const story = simulate({
        definition: journey,
        script: {
          name: 'a trial',
          startAt,
          persona: castPersona('mobile-subscriber', startAt),
          happenings: [
            {
              at: startAt,
              what: {
                kind: 'event',
                type: 'track',
                name: 'Quiz Finished',
                properties: {},
                who: null,
                happenedAt: startAt,
                messageId: null,
              },
            },
          ],
          answers: {},
        },
        shop: { timeZone: 'Europe/London', country: 'GB' },
        policies: shippedPolicies(),
        render: (id, context) => {
          const rendered = render(id, context);
          said.push('body' in rendered ? rendered.body : rendered.kind);
          return rendered;
        },
        asks: render.asks,
      });
      expect(story.messages).toHaveLength(1);
      expect(said).toEqual([expect.stringContaining('you have 6 points')]);
    });
  });
});

describeOnBothStores('a template that names a source, on the real store', (store) => {
  test('is given what the store knows, by one statement that no other message takes', async () => {
    await resetTables(store());
    await up(store().db as unknown as Kysely<never>);
    const shown: unknown[] = [];
    const asking = { names: ['points'] };
    const base = turnDeps(store());
    const deps = turnDeps(store(), {
      renderer: {
        render: (id, version, context) => {
          shown.push(context.known);
          return base.renderer.render(id, version, context);
        },
        asks: async () => asking.names,
      },
    });
    await publish(store(), journey);
    await take(
      deps,
      identify({ email: 'ada@example.test', phone: '+447700900123' }),
      track('Consent Granted', { channel: 'sms', topic: 'newsletter', method: 'form', source: 'test' }),
      track('Quiz Finished', {}),
    );
    const { id } = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
    await turn(deps, id);
    deps.clock.pass(3_600_000);
    const statements = await countStatements(store(), () => turn(deps, id));

    expect(shown).toEqual([{ points: { total: 6 } }]);
    expect(statements.filter((text) => text.includes('from trial_points'))).toHaveLength(1);
    expect(deps.providers.sms.submitted).toHaveLength(1);
    await sql`drop table trial_points`.execute(store().db);
  });
});
