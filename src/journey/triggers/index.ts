// To add a kind of trigger: its shape in `definition.ts`, its YAML form in `source.ts` and `compile.ts`, a file here with how facts meet it,
// a line in `kinds`, a test in `test/journey` and an example in a journey.
import type { Trigger } from '../definition.js';
import { event } from './event.js';
import { inactivity } from './inactivity.js';
import type { TriggerKind, TriggerOf } from './trigger-kind.js';

const kinds: { readonly [K in Trigger['kind']]: TriggerKind<TriggerOf<K>> } = { event, inactivity };

/** How facts meet this trigger. */
export function triggerKind(trigger: Trigger): TriggerKind<Trigger> {
  return kinds[trigger.kind] as TriggerKind<Trigger>;
}
