import type { MemoryLook } from '../source.js';
import type { AskedSegments, SegmentPlaces } from './asked.js';

/** In memory all segments were filled before anything happened. */
export function placesInMemory(asked: AskedSegments, { tables, profileId }: MemoryLook): SegmentPlaces {
  const places = tables.segments.placesOf(profileId);
  const ids = tables.segments.inForce.live.map(({ definition }) => definition.id).filter((id) => asked === null || asked.includes(id));
  return Object.fromEntries(ids.map((id) => [id, places.has(id)]));
}
