import { files } from './file/source.js';
import { segment } from './segment/source.js';
import { shopify } from './shopify/source.js';
import type { Source } from './source.js';

/**
 * All doors by which events come. To add one: a folder `src/sources/<id>/` with its value (`Source` in `source.ts`: paths, how a body is
 * taken apart, what an event says), and a line here. The HTTP door, refusal, dead letters, their retry and replays follow from it.
 */
export const sources: readonly Source[] = [segment, shopify, files];
