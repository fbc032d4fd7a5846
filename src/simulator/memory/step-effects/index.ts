// What steps ask for, written to the world in memory: the same as `src/store/step-effects` writes to the store.
import type { MemoryStepWriters } from './writer.js';

/** By the kind of the effect; the compiler asks for each. */
export const memoryStepWriters: MemoryStepWriters = {};
