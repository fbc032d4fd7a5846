import { segmentClientRoutes } from '../../src/api/routes/segment.js';
import { sourceRoutes } from '../../src/api/routes/sources.js';
import type { AppDeps } from '../../src/app/deps.js';
import type { EventType } from '../../src/domain/events/event.js';
import { type Delivery, type EventReading, readOne } from '../../src/sources/kit/read-one.js';
import { segment } from '../../src/sources/segment/source.js';

/** The doors of events, and what Segment's browser client asks beside them. */
export function eventDoors(deps: AppDeps, limits?: Parameters<typeof sourceRoutes>[1]) {
  return [sourceRoutes(deps, limits), segmentClientRoutes(deps)];
}

export type SegmentRequest = Delivery & { readonly sentAt: unknown };

/** One event of a Segment client, of a call of this type (null: the event says it itself), in a request with this `sentAt`. */
export function readSegmentEvent(raw: unknown, type: EventType | null, { sentAt, ...delivery }: SegmentRequest): EventReading {
  return readOne(segment, raw, delivery, { ...(type === null ? {} : { type }), ...(sentAt === undefined ? {} : { sentAt }) });
}
