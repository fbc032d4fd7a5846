import { z } from 'zod';
import { productLimits } from '../../domain/catalogue/product.js';
import { instant, plainText } from './shared.js';

const productId = plainText(200).meta({ description: 'The shop’s own id, as its events name the product.' });
const label = plainText(productLimits.label).transform((text) => text.trim().toLowerCase());
const labels = z
  .array(label)
  .max(productLimits.labels)
  .transform((all) => [...new Set(all)]);
const address = z
  .url({ protocol: /^https?$/, error: 'It is a web address with its protocol, such as https://shop.example/mug.' })
  .max(2048);
const amount = z.number().min(0).max(1e12).meta({ description: 'In the currency’s major unit: 12.5 is £12.50.' });

const variantBody = z.strictObject({
  variantId: plainText(200),
  name: plainText(productLimits.name).nullable().default(null),
  price: amount.nullable().default(null),
  compareAt: amount.nullable().default(null).meta({ description: 'The price before a reduction.' }),
  cost: amount.nullable().default(null).meta({ description: 'What the shop pays for it.' }),
  stock: z
    .number()
    .int()
    .max(1e9)
    .nullable()
    .default(null)
    .meta({ description: 'Pieces that can be sold; nothing or less: sold out; null: not counted, so there are always some.' }),
  imageUrl: address.nullable().default(null),
});

const offered = z.strictObject({
  productId,
  updatedAt: instant.meta({ description: 'When the shop changed it. An older one never replaces a newer one.' }),
  deleted: z.literal(false).optional(),
  name: plainText(productLimits.name),
  url: address.nullable().default(null),
  images: z.array(address).max(productLimits.images).default([]),
  category: label.nullable().default(null),
  family: plainText(200)
    .nullable()
    .default(null)
    .meta({ description: 'Products that are the same to a buyer, such as two sizes; null: a family of its own.' }),
  tags: labels.default([]).meta({ description: 'Such as `skin:dry`: recommendations compare them with what people told and bought.' }),
  collections: labels.default([]),
  notFor: labels.default([]).meta({ description: 'Tags of people to whom it is never shown, such as `allergy:nuts`.' }),
  consumptionDays: z
    .number()
    .positive()
    .max(3650)
    .nullable()
    .default(null)
    .meta({ description: 'How many days one piece lasts; null: it is bought once.' }),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'It is a code of three capital letters, such as GBP.')
    .nullable()
    .default(null)
    .meta({ description: 'Null: the shop’s.' }),
  variants: z.array(variantBody).max(productLimits.variants).default([]),
});

const gone = z.strictObject({ productId, updatedAt: instant, deleted: z.literal(true) });

/** The product, whole, or that it is no longer offered. */
export const productsBody = z.strictObject({
  products: z
    .array(z.discriminatedUnion('deleted', [offered, gone], '`deleted` is true or false.'))
    .min(1)
    .max(500),
});

export const productsTaken = z
  .object({
    taken: z.number().meta({ description: 'Products that now are as they were sent.' }),
    unchanged: z.number().meta({ description: 'Products that were known so already.' }),
    older: z.array(z.string()).readonly().meta({ description: 'Products of which a newer version is known: it stays.' }),
  })
  .meta({ id: 'ProductsTaken' });
export type ProductsTaken = z.input<typeof productsTaken>;

const variant = z.object({
  variantId: z.string(),
  name: z.string().nullable(),
  price: z.number().nullable(),
  compareAt: z.number().nullable(),
  cost: z.number().nullable(),
  stock: z.number().nullable(),
  imageUrl: z.string().nullable(),
});

export const product = z
  .object({
    productId: z.string(),
    updatedAt: instant,
    receivedAt: instant,
    deleted: z.boolean(),
    name: z.string().nullable(),
    url: z.string().nullable(),
    images: z.array(z.string()).readonly(),
    category: z.string().nullable(),
    family: z.string().nullable(),
    tags: z.array(z.string()).readonly(),
    collections: z.array(z.string()).readonly(),
    notFor: z.array(z.string()).readonly(),
    consumptionDays: z.number().nullable(),
    currency: z.string().nullable(),
    variants: z.array(variant).readonly(),
    isInStock: z.boolean(),
    price: z.number().nullable().meta({ description: 'The lowest of what is in stock.' }),
  })
  .meta({ id: 'Product' });
export type ProductAnswer = z.input<typeof product>;
