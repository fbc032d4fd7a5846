import { z } from 'zod';
import type { TriggerKind } from './kind.js';

declare module '../definition.js' {
  interface TriggerShapes {
    readonly api: ApiTrigger;
  }
}

interface ApiTrigger {
  readonly kind: 'api';
}

const yaml = z
  .strictObject({})
  .meta({ description: 'Begins by a call only: POST /v1/journeys/{id}/entries, or a step enter_journey of another journey.' });

/** Starts by a call alone. */
export const api: TriggerKind<ApiTrigger, z.output<typeof yaml>> = {
  startsBy: 'call',
  yaml: () => yaml,
  compile: () => ({ kind: 'api' }),
  facts: () => [],
  reads: () => [],
  leadMs: () => 0,
  lint: () => [],
  sentence: () => 'Begins when it is called: by the API, or by a step of another journey.',
};
