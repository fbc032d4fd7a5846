// To add a kind of step: its shape in `definition.ts`, a file here with how the engine treats it and its YAML form, a line in `kinds`,
// a test in `test/journey/steps` and an example in a journey. Parser, lint, simulator and trace follow from it.
import type { Step } from '../definition.js';
import { exit } from './exit.js';
import type { StepKind, StepOf } from './kind.js';
import { send } from './send.js';
import { split } from './split.js';
import { waitUntil } from './wait-until.js';
import { wait } from './wait.js';

const kinds: { readonly [K in Step['kind']]: StepKind<StepOf<K>> } = { send, wait, wait_until: waitUntil, split, exit };

/** How the engine treats this step. */
export function stepKind(step: Step): StepKind<Step> {
  return kinds[step.kind] as StepKind<Step>;
}
