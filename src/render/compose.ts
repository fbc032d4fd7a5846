import { channelKind } from '../domain/messages/channel.js';
import type { FileProblem } from '../yaml/problem.js';
import type { YamlFile } from '../yaml/yaml-file.js';
import { problemAt } from '../yaml/yaml-file.js';
import type { SourceFile, TemplateSet, TemplateSource } from './template-set.js';

/** A part of a composed text, and the place in a file that it came from. */
interface Part {
  readonly start: number;
  readonly text: string;
  /** Where the part's first character stands; `offset` is into `lines`, the whole file's text. */
  readonly from: {
    readonly file: string;
    readonly positionAt: (offsetInPart: number) => { readonly line: number; readonly column: number };
  };
}

/** A template in one language with its layout, partials and words put in; Liquid and MJML are left. */
export interface Composed {
  readonly text: string;
  /** Names of the partials that were put in. */
  readonly partials: readonly string[];
  /** Names of the words that were put in. */
  readonly usedWords: ReadonlySet<string>;
  readonly problems: readonly FileProblem[];
  /** The file, line and column that the character at `offset` came from. */
  originAt(offset: number): { readonly file: string; readonly line: number; readonly column: number };
}

// <slot />, <partial name="cart-lines" />, {{ words.headline }}
const reference = /<slot\s*\/>|<partial\s+name="([^"]*)"\s*\/>|\{\{-?\s*words\.(\w+)\s*-?\}\}/g;

/** The whole MJML of an email in one language. */
export function composeEmail(source: TemplateSource, set: TemplateSet, language: string): Composed {
  const composer = new Composer(source, set, language, 'html');
  const layout = set.pieces.get(source.layout);
  if (layout === undefined) {
    composer.problems.push(problemAt(source.yaml, ['layout'], `The layout templates/layouts/${source.layout}.mjml is not there.`, null));
  } else {
    composer.addFile(layout, [layout.file]);
  }
  return composer.done();
}

/** One word of a template in one language, such as its subject or the body of a text. */
export function composeWord(source: TemplateSource, set: TemplateSet, language: string, word: string): Composed {
  const composer = new Composer(source, set, language, 'text');
  composer.addWord(word, () => ({ file: source.yaml.file, ...source.yaml.positionOf(['words', language]) }), []);
  return composer.done();
}

/** All composed texts of one language: subject and email, or the body of a text. */
export function composedTexts(source: TemplateSource, set: TemplateSet, language: string): readonly Composed[] {
  if (channelKind(source.channel).form === 'plain') return [composeWord(source, set, language, 'body')];
  return [composeWord(source, set, language, 'subject'), composeEmail(source, set, language)];
}

class Composer {
  readonly problems: FileProblem[] = [];
  readonly #parts: Part[] = [];
  readonly #partials: string[] = [];
  readonly #usedWords = new Set<string>();
  #length = 0;

  constructor(
    readonly source: TemplateSource,
    readonly set: TemplateSet,
    readonly language: string,
    readonly output: 'html' | 'text',
  ) {}

  done(): Composed {
    const parts = this.#parts;
    return {
      text: parts.map((part) => part.text).join(''),
      partials: this.#partials,
      usedWords: this.#usedWords,
      problems: this.problems,
      originAt: (offset) => {
        const part = parts.findLast((candidate) => candidate.start <= offset) ?? parts[0];
        if (part === undefined) return { file: this.source.yaml.file, line: 1, column: 1 };
        return { file: part.from.file, ...part.from.positionAt(offset - part.start) };
      },
    };
  }

  /** `inside` lists the files being put in, so that one that puts in itself is found. */
  addFile(piece: SourceFile, inside: readonly string[]): void {
    let done = 0;
    const positionAt = (offset: number): { line: number; column: number } => lineAndColumn(piece.text, offset);
    for (const match of piece.text.matchAll(reference)) {
      this.#add(piece.text.slice(done, match.index), piece.file, offsetBy(positionAt, done));
      done = match.index + match[0].length;
      this.#follow(match, { file: piece.file, ...positionAt(match.index) }, inside);
    }
    this.#add(piece.text.slice(done), piece.file, offsetBy(positionAt, done));
  }

  addWord(word: string, usedAt: () => Place, inside: readonly string[]): void {
    this.#usedWords.add(word);
    const found = this.#findWord(word);
    if (found === null) {
      const suggestion = `Add "${word}" under words: ${this.language} in ${this.source.yaml.file}.`;
      this.problems.push({
        ...usedAt(),
        path: '',
        message: `The word "${word}" is not there in "${this.language}".`,
        suggestion,
        severity: 'error',
      });
      return;
    }
    const key = `${found.yaml.file}#${word}`;
    if (inside.includes(key)) return this.#complainOfCircle(usedAt(), word);
    const start = found.yaml.positionOf(found.path);
    const position = (): { line: number; column: number } => start;
    let done = 0;
    for (const match of found.text.matchAll(reference)) {
      this.#add(this.#written(found.text.slice(done, match.index)), found.yaml.file, position);
      done = match.index + match[0].length;
      this.#follow(match, { file: found.yaml.file, ...start }, [...inside, key]);
    }
    this.#add(this.#written(found.text.slice(done)), found.yaml.file, position);
  }

  #follow(match: RegExpMatchArray, at: Place, inside: readonly string[]): void {
    const [whole, partial, word] = match;
    if (word !== undefined) return this.addWord(word, () => at, inside);
    const piece = partial === undefined ? this.source.design : this.set.pieces.get(partial);
    if (piece === undefined || piece === null) {
      const known = [...this.set.pieces.keys()].join(', ');
      this.problems.push({
        ...at,
        path: '',
        message: `${whole} names nothing in templates/layouts.`,
        suggestion: `There are: ${known}.`,
        severity: 'error',
      });
      return;
    }
    if (inside.includes(piece.file)) return this.#complainOfCircle(at, piece.file);
    if (partial !== undefined) this.#partials.push(partial);
    this.addFile(piece, [...inside, piece.file]);
  }

  #complainOfCircle(at: Place, what: string): void {
    this.problems.push({ ...at, path: '', message: `"${what}" puts in itself.`, suggestion: null, severity: 'error' });
  }

  #findWord(word: string): { readonly yaml: YamlFile; readonly path: readonly string[]; readonly text: string } | null {
    const own = this.source.words[this.language]?.[word];
    if (own !== undefined) return { yaml: this.source.yaml, path: ['words', this.language, word], text: own.trim() };
    const shared = this.set.sharedWords;
    const text = shared?.words[this.language]?.[word];
    return shared === null || text === undefined ? null : { yaml: shared.yaml, path: [this.language, word], text: text.trim() };
  }

  /** Words are plain text with Liquid: in HTML their letters are escaped and a new line stays one. */
  #written(text: string): string {
    if (this.output === 'text') return text;
    return text
      .split(/(\{\{.*?\}\}|\{%.*?%\})/s)
      .map((piece, index) => (index % 2 === 1 ? piece : escapeHtml(piece).replace(/\n/g, '<br />')))
      .join('');
  }

  #add(text: string, file: string, positionAt: Part['from']['positionAt']): void {
    if (text === '') return;
    this.#parts.push({ start: this.#length, text, from: { file, positionAt } });
    this.#length += text.length;
  }
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

function offsetBy(positionAt: Part['from']['positionAt'], by: number): Part['from']['positionAt'] {
  return (offset) => positionAt(offset + by);
}

function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
