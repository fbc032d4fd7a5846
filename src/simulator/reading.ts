import type { TemplateHead } from '../domain/messages/template.js';
import type { Instant } from '../domain/time/instant.js';
import { didYouMean } from '../domain/values/nearest.js';
import type { FileProblem } from '../yaml/problem.js';
import { problemAt, type YamlFile } from '../yaml/yaml-file.js';
import type { Persona } from './persona.js';
import { parseWhen, whenForms } from './when.js';

export type Path = readonly (string | number)[];

export interface About {
  readonly startAt: Instant;
  readonly timeZone: string;
}

/** The people of a scenario. */
export interface ScenarioPeople {
  readonly persona: Persona;
  /** The persona's own name; null: it has none but `persona`. */
  readonly personaName: string | null;
  readonly others: Readonly<Record<string, Persona>>;
  /** Everybody who has a name. */
  readonly names: readonly string[];
  /** Several who are alike, under the name that they are written by. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

export interface ScenarioOptions {
  readonly file: string;
  readonly shopTimeZone: string;
  /** What broadcasts and messages may be sent by. Absent: their names are not looked up, and nothing is known of their examples. */
  readonly templates?: { readonly head: (id: string) => TemplateHead | null; readonly ids: () => readonly string[] };
}

/** A file of scenarios while it is read: what its words mean, and what is wrong with them. */
export class Reading {
  readonly problems: FileProblem[] = [];
  readonly yaml: YamlFile;
  readonly options: ScenarioOptions;

  constructor(yaml: YamlFile, options: ScenarioOptions) {
    this.yaml = yaml;
    this.options = options;
  }

  when(text: string, path: Path, about: About): Instant {
    const at = parseWhen(text, about);
    if (at === null) this.complain(path, `"${text}" is no instant. Write ${whenForms}.`);
    return at ?? about.startAt;
  }

  /** The people of this name: one, or all of a group. */
  named(name: string, path: Path, { names, groups }: ScenarioPeople): readonly string[] {
    const known = groups.get(name) ?? (names.includes(name) ? [name] : null);
    if (known === null) {
      const all = [...groups.keys(), ...names];
      this.complain(path, `Nobody in this scenario is called "${name}".`, didYouMean(name, all) ?? `There are: ${all.join(', ')}.`);
    }
    return known ?? [];
  }

  /** What is known of a template; null: nothing, which is a complaint where there is a folder to look into. */
  template(id: string, path: Path): TemplateHead | null {
    const { templates } = this.options;
    const head = templates?.head(id) ?? null;
    if (head !== null || templates === undefined) return head;
    this.complain(
      path,
      `There is no template "${id}" in the project.`,
      didYouMean(id, templates.ids()) ?? 'Name one of the folder templates.',
    );
    return null;
  }

  complain(path: Path, message: string, suggestion: string | null = null): void {
    this.problems.push(problemAt(this.yaml, path, message, suggestion));
  }
}
