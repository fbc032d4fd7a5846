import type { FileProblem } from '../yaml/problem.js';
import type { Composed } from './compose.js';

/** What MJML itself swallows in silence: unclosed tags, includes, links that run script. Texts without markup have none of it. */
export function checkMarkup(composed: Composed): readonly FileProblem[] {
  const markup = blankOut(composed.text);
  return [...unclosedTags(composed, markup), ...includes(composed, markup), ...links(composed)];
}

/** Liquid and comments as spaces: the same length, so that offsets stay. */
function blankOut(text: string): string {
  return text.replace(/\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->/gs, (part) => part.replace(/[^\n]/g, ' '));
}

const neverClosed = new Set(['area', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr']);

function unclosedTags(composed: Composed, markup: string): readonly FileProblem[] {
  const open: { readonly name: string; readonly offset: number }[] = [];
  const problems: FileProblem[] = [];
  for (const match of markup.matchAll(/<(\/?)([a-zA-Z][\w-]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/g)) {
    const [, slash, name = '', attributes = ''] = match;
    if (slash !== '/') {
      if (!attributes.endsWith('/') && !neverClosed.has(name.toLowerCase())) open.push({ name, offset: match.index });
      continue;
    }
    const opened = open.findLastIndex((tag) => tag.name === name);
    if (opened === -1) {
      problems.push(problem(composed, match.index, `</${name}> closes nothing.`, null));
      continue;
    }
    for (const left of open.splice(opened).slice(1)) problems.push(notClosed(composed, left));
  }
  return [...problems, ...open.map((left) => notClosed(composed, left))];
}

function notClosed(composed: Composed, tag: { readonly name: string; readonly offset: number }): FileProblem {
  return problem(composed, tag.offset, `<${tag.name}> is not closed.`, `Add </${tag.name}>.`);
}

function includes(composed: Composed, markup: string): readonly FileProblem[] {
  return [...markup.matchAll(/<mj-include\b/g)].map((match) =>
    problem(
      composed,
      match.index,
      'mj-include is not followed: it would vanish without a word.',
      'Write <partial name="…" /> and put the piece into templates/layouts.',
    ),
  );
}

/** Addresses that we make or that stand in shop.yaml; all others come from what a shop's client sent. */
const ownAddress = /^\{\{-?\s*(links|shop)\.\w+\s*-?\}\}/;

function links(composed: Composed): readonly FileProblem[] {
  return [...composed.text.matchAll(/\b(href|src|background-url)\s*=\s*(?:"((?:\{\{.*?\}\}|[^"])*)"|'((?:\{\{.*?\}\}|[^'])*)')/gs)].flatMap(
    (match) => {
      const [, attribute = '', double, single] = match;
      const value = (double ?? single ?? '').trim();
      if (/^(javascript|data|vbscript):/i.test(value.replace(/[\s\0]/g, '')))
        return [
          problem(composed, match.index, `"${attribute}" holds script or data, which mail programs refuse.`, 'Link to a web address.'),
        ];
      if (!value.startsWith('{{') || ownAddress.test(value) || /\|\s*safe_url\s*-?\}\}/.test(value)) return [];
      return [
        problem(composed, match.index, `"${attribute}" takes an address from outside as it comes.`, 'End the tag with "| safe_url".'),
      ];
    },
  );
}

function problem(composed: Composed, offset: number, message: string, suggestion: string | null): FileProblem {
  return { ...composed.originAt(offset), path: '', message, suggestion, severity: 'error' };
}
