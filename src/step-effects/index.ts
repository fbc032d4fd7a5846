// To add what a step may ask for: a file here with how it is written (`StepEffectKind`), its line in the list below, a migration for what
// it stores and, where that is about a person, a value in `src/store/person-tables.ts`. The step declares its shape (`StepEffects`) and
// asks for it in its move.
import { call } from './call.js';
import { exposed } from './exposed.js';
import { hold } from './hold.js';
import type { StepEffectKinds } from './kind.js';
import { promiseShown } from './promise-shown.js';
import { promised } from './promised.js';
import { task } from './task.js';

/** By the kind of the effect; the compiler asks for each. */
export const stepEffects: StepEffectKinds = { exposed, promised, promise_shown: promiseShown, task, hold, call };
