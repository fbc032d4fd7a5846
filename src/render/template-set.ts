import type { Channel, MessageClass } from '../domain/messages/channel.js';
import type { TemplateHead } from '../domain/messages/template.js';
import type { FileProblem } from '../yaml/problem.js';
import type { YamlFile } from '../yaml/yaml-file.js';

/** A text file, with its name in problems: `templates/layouts/shop.mjml`. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** Words by language, then by name; each may hold Liquid. */
export type Words = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** One template as its author wrote it. */
export interface TemplateSource extends TemplateHead {
  readonly yaml: YamlFile;
  readonly words: Words;
  /** The MJML of an email without its layout; null for a text. */
  readonly design: SourceFile | null;
  readonly layout: string;
}

/** A made-up person and cart to render with. Null: as the file is wrong, see the problems. */
export interface Sample {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

/** All of a `templates` folder. It is also the catalog that journeys are checked against. */
export interface TemplateSet {
  readonly sources: readonly TemplateSource[];
  /** Layouts and partials by name: `layouts/<name>.mjml`. */
  readonly pieces: ReadonlyMap<string, SourceFile>;
  readonly sharedWords: { readonly yaml: YamlFile; readonly words: Words } | null;
  readonly samples: readonly Sample[];
  /** What kept a file from being read; such templates are not among `sources`. */
  readonly problems: readonly FileProblem[];
  has(id: string): boolean;
  channelOf(id: string): Channel | null;
  classOf(id: string): MessageClass | null;
  ids(): readonly string[];
  requiresOf(id: string): readonly string[];
  namesOf(id: string): readonly string[];
}
