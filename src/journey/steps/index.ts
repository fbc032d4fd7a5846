// To add a kind of step: its shape in `definition.ts`, its YAML form in `source.ts` and `compile.ts`, a file here with how the engine
// treats it, a line in `kinds`, a test in `test/journey/engine.test.ts` and an example in a journey. Simulator and trace follow from it.
import type { Step } from '../definition.js';
import { exit } from './exit.js';
import type { StepKind, StepOf } from './kind.js';
import { send } from './send.js';
import { split } from './split.js';
import { wait } from './wait.js';
import { waitUntil } from './wait-until.js';

const kinds: { readonly [K in Step['kind']]: StepKind<StepOf<K>> } = { send, wait, wait_until: waitUntil, split, exit };

/** How the engine treats this step. */
export function stepKind(step: Step): StepKind<Step> {
  return kinds[step.kind] as StepKind<Step>;
}
