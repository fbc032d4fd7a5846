import type { z } from 'zod';
import type { Fields } from '../domain/answers/field.js';
import type { Finding } from '../journey/finding.js';
import { idInSource } from '../yaml/id-in-source.js';

/** What a file is checked against beyond itself; what is null is not looked up. */
export interface DefinitionContext {
  /** Topics of `policies/topics.yaml`. */
  readonly topics: readonly string[] | null;
  /** What is defined of the same kind, in the project or in force; it may hold an older version of this one. Absent: not looked up. */
  readonly peers?: readonly object[];
  /** Those of `fields.yaml`. Absent, null: not looked up. */
  readonly fields?: Fields | null;
  /** Segments that are defined, in the project or in force. Absent, null: not looked up. */
  readonly segments?: readonly string[] | null;
  /** Names of fields that something in force reads. Absent, null: not looked up. */
  readonly read?: ReadonlySet<string> | null;
}

/**
 * A kind of file that marketers own beside journeys, templates and policies: each file defines one thing with an id, and is linted,
 * published in versions, compared with what is live, and taken out of force. All of that comes by itself; this says what is the kind's own.
 * Without what is heavy to load, so that help is quick.
 */
export interface DefinitionKind<D extends object = object> {
  /** The first key of the file, before its id, and the word for one of them: `segment`. */
  readonly kind: string;
  /** Its folder in the project and its path in the API: `segments`. Files are `segments/<id>.segment.yaml`. */
  readonly many: string;
  /** The one file of the project that has them all, such as `fields.yaml`; absent: each has a file in the folder. Its id is `many`. */
  readonly only?: string;
  /** Publishing may ask that journeys hear of everybody whom the new version moves; absent: it moves nobody. */
  readonly movesPeople?: true;
  /** For the command line's help: what such a thing is. */
  readonly help: string;
  /** Its files ask people for fields: they are checked against `fields.yaml` and against what reads fields. */
  readonly asksForFields?: true;
  /** Its files name segments: they are checked against those that are defined. */
  readonly namesSegments?: true;
  readonly form: () => Promise<DefinitionForm<D>>;
}

/** The form of such a file, and what it means. */
export interface DefinitionForm<D extends object = object> {
  /** One definition gives the parser, the types and the editors' schema. */
  readonly schema: z.ZodType;
  /** What the service works with. `source`: as the schema gives it. */
  compile(source: never): D;
  lint(source: never, context: DefinitionContext): readonly Finding[];
}

/** The file of a definition in a project folder. */
export function definitionFile({ kind, many, only }: DefinitionKind, id: string): string {
  return only ?? `${many}/${id}.${kind}.yaml`;
}

/** The id that a source gives itself, before it is known whether it is right; null: it gives none. */
export function definitionId({ kind, many, only }: Pick<DefinitionKind, 'kind' | 'many' | 'only'>, source: string): string | null {
  return only === undefined ? idInSource(kind, source) : many;
}
