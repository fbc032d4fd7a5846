import { expect, test } from 'vitest';
import type { RenderContext } from '../../src/domain/messages/rendering.js';
import { compileTemplate } from '../../src/render/compile.js';
import { draftRenderer } from '../../src/render/folder-renderer.js';
import { loadTemplates } from '../../src/render/load.js';
import { withMjml } from '../../src/render/mjml.js';
import { readSample } from '../../src/render/preview.js';
import { chooseLanguage, parseVariant, renderVariant } from '../../src/render/render.js';
import { shop } from '../support/shop.js';

const set = await loadTemplates('.');
const ids = set.sources.map(({ id }) => id);
const samples = set.samples.map((sample) => readSample(sample)).flatMap((read) => (read.kind === 'ok' ? [read.context] : []));

/** The same letter to others, later, elsewhere. */
function variants(context: RenderContext): readonly RenderContext[] {
  const { profile, cart } = context;
  return [
    context,
    { ...context, at: context.at + 40 * 86_400_000 },
    { ...context, timeZone: 'America/New_York' },
    { ...context, profile: { ...profile, firstName: 'Grace' } },
    { ...context, profile: { ...profile, locale: 'de-DE' } },
    { ...context, profile: { ...profile, firstName: null } },
    { ...context, cart: null },
    { ...context, cart: cart === null ? null : { ...cart, currency: 'EUR' } },
    { ...context, cart: cart === null ? null : { ...cart, lines: cart.lines.slice(0, 1) } },
    { ...context, data: { ...context.data, headline: 'Another one' } },
    { ...context, isFirstSms: !context.isFirstSms },
  ];
}

test('a draft that was filled in for somebody before comes out as if it had not been', () => {
  const render = draftRenderer(set, shop);
  const contexts = samples.flatMap(variants);
  expect(contexts.length).toBeGreaterThan(20);
  for (const id of ids) for (const context of contexts) expect(render(id, context), id).toEqual(draftRenderer(set, shop)(id, context));
});

test.each(ids)('the colours and fonts of %s are those that each render would put in', async (id) => {
  const dressed = {
    ...shop,
    look: { ...shop.look, light: { ...shop.look.light, accent: '#7a2e3a' }, fonts: { headline: `'Odd & "Co"', serif`, body: 'Verdana' } },
  };
  const { compiled } = await withMjml((mjml) => compileTemplate(set.sources.find((source) => source.id === id)!, set, mjml));
  for (const context of samples) {
    const { language, locale } = chooseLanguage(compiled, context.profile.locale, dressed);
    const [plain, ready] = [parseVariant(compiled, language), parseVariant(compiled, language, dressed.look)];
    if (plain === null || ready === null) throw new Error(`${id} has no words.`);
    expect(renderVariant(compiled, ready, context, dressed, locale)).toEqual(renderVariant(compiled, plain, context, dressed, locale));
  }
});
