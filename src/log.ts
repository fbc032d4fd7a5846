import { pino } from 'pino';
import type { Log } from './app/deps.js';

/**
 * Lines on stderr: JSON where a program reads them, a sentence a line where a terminal shows them. Lines carry ids and codes; callers pass
 * no address, name or content.
 */
export function createLog(level: string, isTerminal: boolean = process.stderr.isTTY): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return isTerminal ? pino(options, { write: (line) => process.stderr.write(humanLine(line)) }) : pino(options, pino.destination(2));
}

const levels: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warning', 50: 'error', 60: 'fatal' };

/** `12:04:07 warning  Temporal cannot be reached. (attempt 3)`, of a line of JSON; the instant is UTC. */
export function humanLine(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const at = typeof time === 'string' ? time.slice(11, 19) : '';
  const told = Object.entries(fields).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${at} ${(levels[Number(level)] ?? 'log').padEnd(7)}  ${typeof msg === 'string' ? msg : ''}${told.length === 0 ? '' : ` (${told.join(', ')})`}\n`;
}
