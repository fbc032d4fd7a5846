// What steps ask for, written to the store. A kind of step in `src/journey/steps` that declares an effect needs a file here with its writer and a line
// in the list, a migration for what it stores, a line of `person-tables` if that is about a person, and the same in `src/simulator/memory/step-effects`.
import type { StepWriters } from './writer.js';

/** By the kind of the effect; the compiler asks for each. */
export const stepWriters: StepWriters = {};
