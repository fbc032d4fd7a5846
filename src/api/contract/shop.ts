import { z } from 'zod';

export const shop = z
  .object({ name: z.string(), brand: z.string(), timeZone: z.string(), country: z.string(), locale: z.string(), currency: z.string() })
  .meta({ id: 'Shop' });
export type Shop = z.input<typeof shop>;

export const shopPublishBody = z
  .strictObject({ dryRun: z.boolean().default(false).meta({ description: 'Only say whether it differs.' }) })
  .default({ dryRun: false });

export const shopPublishAnswer = z.object({ differs: z.boolean(), published: z.boolean() });
export type ShopPublishAnswer = z.input<typeof shopPublishAnswer>;
