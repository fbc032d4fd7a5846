import { z } from 'zod';

/** The id of a segment, as its file, journeys and broadcasts name it. */
export const segmentText = z
  .string()
  .regex(
    /^(?!constructor$)[a-z][a-z0-9_-]{0,62}$/,
    'must be a name of lower-case letters, digits, hyphens and underscores, such as recent_buyers',
  );
