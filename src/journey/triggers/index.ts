// To add a kind of trigger: a file here (`TriggerKind` names its parts, `TriggerShapes` takes its shape), its line in the list below, a
// test and an example.
// Schema, compiler, lint and matching are made from this list.
import type { TriggerShapes } from '../definition.js';
import { api } from './api.js';
import { event } from './event.js';
import { inactivity } from './inactivity.js';
import type { TriggerKind } from './kind.js';
import { segment } from './segment.js';

/** By the key that stands in the file, in the order in which editors offer them. */
export const triggerKinds = { event, inactivity, segment, api } satisfies {
  readonly [K in keyof TriggerShapes]: TriggerKind<TriggerShapes[K], unknown>;
};
