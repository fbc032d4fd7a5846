import { z } from 'zod';
import { instant } from './shared.js';

export const recommendationModel = z
  .object({
    version: z.number(),
    builtAt: instant,
    tookMs: z.number().meta({ description: 'Real milliseconds.' }),
    baskets: z.number().meta({ description: 'Orders of the last year from which it was learnt.' }),
    modelled: z.number().meta({ description: 'Products that it knows.' }),
    tested: z.number().meta({ description: 'Held-back baskets from which a product was hidden.' }),
    hits: z.number().meta({ description: 'In so many of them it was among the first five of the model.' }),
    popularityHits: z.number().meta({ description: 'In so many it was among the five most popular.' }),
    shown: z.number().meta({ description: 'Different products among all first fives of the model.' }),
    isUsed: z
      .boolean()
      .meta({ description: 'False: popularity found more, or fewer than 30 baskets were tested; then popularity counts.' }),
  })
  .meta({ id: 'RecommendationModel' });
export type RecommendationModelAnswer = z.input<typeof recommendationModel>;
