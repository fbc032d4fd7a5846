import type { JourneyDefinition } from '../journey/definition.js';

/** A published version. */
export interface PublishedJourney {
  readonly id: string;
  readonly version: number;
  readonly state: 'active' | 'paused' | 'archived';
  readonly definition: JourneyDefinition;
}
