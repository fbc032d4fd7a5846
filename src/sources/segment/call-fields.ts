import { type EventType, eventTypes } from '../../domain/events/event.js';
import { isRecord } from '../../domain/values/is-record.js';
import { maxIdLength } from '../kit/limits.js';
import type { Fields } from '../source.js';

const types: ReadonlySet<unknown> = new Set(eventTypes);

/**
 * Reads the fields of one call, and gathers a sentence for each that cannot be read. Not a schema: every event of a shop comes through
 * here, and a schema took as long as all else that reads an event.
 */
export class CallFields {
  readonly problems: string[] = [];
  readonly #raw: Fields;

  constructor(raw: Fields) {
    this.#raw = raw;
  }

  type(): EventType {
    const { type } = this.#raw;
    if (types.has(type)) return type as EventType;
    this.problems.push(`\`type\` must be one of ${eventTypes.join(', ')}.`);
    return 'track';
  }

  /** Numbers count: many shops have numeric ids. */
  id(name: string): string | null {
    const value = this.#raw[name];
    if (isAbsent(value)) return null;
    const isText = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
    return isText ? this.#short(name, String(value)) : this.#refuse(name, 'must be text');
  }

  label(name: string): string | null {
    const value = this.#raw[name];
    if (isAbsent(value)) return null;
    return typeof value === 'string' ? this.#short(name, value) : this.#refuse(name, 'must be text');
  }

  record(name: string): Fields {
    const value = this.#raw[name];
    if (value === undefined || value === null) return {};
    if (isRecord(value)) return withoutPrototype(value);
    this.#refuse(name, 'must be an object');
    return {};
  }

  #short(name: string, text: string): string | null {
    return text.length <= maxIdLength ? text : this.#refuse(name, `is longer than ${maxIdLength} characters`);
  }

  #refuse(name: string, why: string): null {
    this.problems.push(`\`${name}\` ${why}.`);
    return null;
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** A field of this name would become the prototype of what is made of the others. */
function withoutPrototype(fields: Fields): Fields {
  if (!Object.hasOwn(fields, '__proto__')) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== '__proto__'));
}
