import { z } from 'zod';

/** What consents are given to, as journeys, templates, conditions and policies name it. */
export const topicText = z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be a topic such as cart_reminder');
