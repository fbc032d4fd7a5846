import { z } from 'zod';
import { leastLetters } from '../../domain/offers/code.js';
import { voidRules } from '../../domain/offers/offer.js';
import { idText } from '../../journey/fields.js';
import { durationText } from '../../yaml/duration-source.js';

const money = z.number().gt(0).max(1_000_000);

const codes = z.union([
  z.strictObject({
    prefix: z
      .string()
      .regex(/^[A-Z0-9-]{0,12}$/, 'must be capitals, digits and hyphens, twelve at most')
      .default('')
      .meta({ description: 'Begins each code, such as WREN-.' }),
    length: z.number().int().min(leastLetters).max(24).default(10).meta({ description: 'Random letters and digits behind the prefix.' }),
  }),
  z.strictObject({
    imported: z.literal(true).meta({ description: 'Codes come from a list of the shop: `sojourn offer import-codes`.' }),
    low_at: z.number().int().min(0).default(100).meta({ description: 'Warns when so few codes, or fewer, are left.' }),
  }),
]);

const expiry = z.union([
  durationText,
  z.strictObject({
    after: durationText,
    until: z.literal('end_of_day').meta({ description: 'Until the person’s midnight after that. Whole days are then the person’s too.' }),
  }),
]);

const limit = z.strictObject({
  per: z.enum(['day', 'week', 'month', 'all']).meta({ description: 'A calendar period in the shop’s time zone; all: ever.' }),
  codes: z.number().int().min(1).optional().meta({ description: 'At most so many codes are given in it.' }),
  cost: money.optional().meta({ description: 'What these codes cost together at most, in the currency of the offer.' }),
});

export const offerSource = z
  .strictObject({
    offer: idText.meta({ description: 'Its id: the name of the file, and what journeys name.', examples: ['ten-percent'] }),
    name: z.string().min(1).max(200).meta({ description: 'For people: 10 % off the next order.' }),
    description: z.string().max(2000).optional(),
    percent: z.number().gt(0).max(100).optional().meta({ description: 'So many percent off.' }),
    at_most: money.optional().meta({ description: 'percent: no more than this.' }),
    amount: money.optional().meta({ description: 'So much off.' }),
    free_shipping: z.literal(true).optional(),
    gift: z
      .strictObject({ product: z.string().min(1).max(200), name: z.string().min(1).max(200).optional() })
      .optional()
      .meta({ description: 'A product that comes with the order.' }),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code in capitals, such as GBP')
      .optional()
      .meta({ description: 'Of every amount in this file.' }),
    conditions: z
      .strictObject({
        minimum: money.optional().meta({ description: 'The order must come to so much.' }),
        products: z.array(z.string().min(1).max(200)).min(1).max(500).optional().meta({ description: 'One of these must be in it.' }),
      })
      .optional()
      .meta({ description: 'What the shop asks before it takes the code: messages can show it.' }),
    expires: expiry.meta({ description: 'How long a code holds. Whole days are counted in the shop’s time zone.' }),
    codes: codes.default({ prefix: '', length: 10 }),
    costs: money
      .optional()
      .meta({ description: 'What one code costs the shop at most. Limits of cost and the choice of the better offer count by it.' }),
    purpose: z.enum(['marketing', 'service']).default('marketing').meta({
      description:
        'marketing: one a person in a while, over all journeys, and never beside another. service: to make good for something; as often as it is needed.',
    }),
    limits: z.array(limit).max(8).default([]),
    voids: z
      .array(z.enum(voidRules))
      .default([...voidRules])
      .meta({
        description:
          'What takes an unused code back. order_cancelled: the order that the entry is about was cancelled or refunded. full_price_order: the person ordered without it before the entry ended.',
      }),
  })
  .meta({ id: 'Offer', title: 'Sojourn offer: what is promised by a code' });
export type OfferSource = z.output<typeof offerSource>;
