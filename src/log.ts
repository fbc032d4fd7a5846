import { pino } from 'pino';
import type { Log } from './app/deps.js';

/** JSON lines on stderr. Lines carry ids and codes; whoever logs hands in no address, name or content. */
export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
