import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Runs the garbage collector, so that what a test measures is what is still held. */
export const collect = runInNewContext('gc') as () => void;
