import { z } from 'zod';
import { instant, maybeInstant } from './shared.js';

const because = z.array(z.string()).readonly().meta({ description: 'How each condition is judged, as a clause.' });

export const profileSegments = z
  .object({
    profileId: z.string(),
    at: instant,
    segments: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          isMember: z.boolean(),
          since: maybeInstant,
          because,
          changesAt: maybeInstant.meta({ description: 'When this may change although nothing happens; null: never.' }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'ProfileSegments' });
export type ProfileSegments = z.input<typeof profileSegments>;

export const segmentSizes = z
  .object({
    items: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          version: z.number(),
          size: z.number(),
          dayAgo: z.number().nullable(),
          weekAgo: z.number().nullable(),
          seen: z.number().meta({ description: 'How many people the definition has been applied to since it was published.' }),
          isFilled: z.boolean().meta({ description: 'It has been applied to everybody.' }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'SegmentSizes' });
export type SegmentSizes = z.input<typeof segmentSizes>;

export const segmentHistoryQuery = z.object({ days: z.coerce.number().int().min(1).max(730).default(90) });

export const segmentHistory = z
  .object({
    items: z
      .array(z.object({ at: instant, size: z.number() }))
      .readonly()
      .meta({ description: 'Of each day what was counted last, the oldest first.' }),
  })
  .meta({ id: 'SegmentHistory' });
export type SegmentHistory = z.input<typeof segmentHistory>;

export const segmentMember = z
  .object({ profileId: z.string(), version: z.number(), since: instant, because })
  .meta({ id: 'SegmentMember' });
export type SegmentMember = z.input<typeof segmentMember>;
