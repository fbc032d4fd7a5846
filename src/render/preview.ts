import { z } from 'zod';
import type { RenderContext, RenderResult } from '../domain/messages/rendering.js';
import type { Shop } from '../domain/shop/shop.js';
import { isTimeZone } from '../domain/time/time-zone.js';
import { templateExamples } from '../knowledge/templates.js';
import { folderRenderer } from './folder-renderer.js';
import type { Sample, TemplateSet } from './template-set.js';

/** What a template of the folder gives, without publishing it: for `sojourn template preview` and for lint's samples. */
export async function previewTemplate(options: {
  readonly set: TemplateSet;
  readonly shop: Shop;
  readonly templateId: string;
  readonly context: RenderContext;
  /** Instead of the person's own language. */
  readonly locale?: string;
}): Promise<RenderResult> {
  const { set, shop, templateId, context, locale: wanted = context.profile.locale } = options;
  const source = set.sources.find((candidate) => candidate.id === templateId);
  if (source === undefined) return { kind: 'empty', problem: `There is no template ${templateId} in the project folder.` };
  const render = await folderRenderer(set, shop, [templateId]);
  return render(templateId, { ...context, data: source.data ?? {} }, wanted);
}

const sampleSchema: z.ZodType<RenderContext> = z.strictObject({
  profile: z.strictObject({
    firstName: z.string().nullable(),
    locale: z.string().nullable(),
    traits: z.record(z.string(), z.unknown()),
  }),
  cart: z
    .strictObject({
      lines: z.array(
        z.strictObject({
          name: z.string(),
          isNamed: z.boolean().exactOptional(),
          quantity: z.number(),
          price: z.number(),
          currency: z.string().nullable().exactOptional(),
          imageUrl: z.string().nullable(),
          url: z.string().nullable(),
        }),
      ),
      value: z.number().nullable(),
      currency: z.string(),
      url: z.string(),
    })
    .nullable(),
  links: z.strictObject({
    unsubscribe: z.string(),
    preferences: z.string(),
    view: z.string().exactOptional(),
    quiz: z.string().exactOptional(),
  }),
  data: z.record(z.string(), z.unknown()).default({}),
  known: z.record(z.string(), z.unknown()).exactOptional(),
  isFirstSms: z.boolean(),
  at: z.number(),
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/London'),
});

/** A sample as a context, or what is wrong with it in a sentence. */
export function readSample(
  sample: Sample,
): { readonly kind: 'ok'; readonly context: RenderContext } | { readonly kind: 'invalid'; readonly why: string } {
  let value: unknown;
  try {
    value = JSON.parse(sample.text);
  } catch {
    return { kind: 'invalid', why: 'The sample is not valid JSON: check its commas, quotes and braces.' };
  }
  const parsed = sampleSchema.safeParse(value);
  // What it says nothing of is as in the example of the source.
  if (parsed.success) return { kind: 'ok', context: { ...parsed.data, known: { ...templateExamples(), ...parsed.data.known } } };
  const [issue] = parsed.error.issues;
  return {
    kind: 'invalid',
    why: `The sample does not describe a person and a cart: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}.`,
  };
}
