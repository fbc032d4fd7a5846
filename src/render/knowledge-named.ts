import { templateExamples } from '../knowledge/templates.js';
import { parseLiquid, variablesOf } from './engine.js';

/** The sources of knowledge that composed texts name, such as `offer`. What is no Liquid names none: rendering it says so. */
export function knowledgeNamedIn(texts: readonly string[]): readonly string[] {
  const names = Object.keys(templateExamples());
  if (names.length === 0) return [];
  try {
    const roots = new Set(
      texts.flatMap((text) => (mayName(text, names) ? variablesOf(parseLiquid(text, 'text')).map(({ path: [root] }) => root) : [])),
    );
    return names.filter((name) => roots.has(name));
  } catch {
    return [];
  }
}

/** Whether one of these names stands in a tag. Most texts name none, and to parse a whole design for that answer is dear. */
function mayName(text: string, names: readonly string[]): boolean {
  const tags = (text.match(liquidTags) ?? []).join(' ');
  // `links.quiz` names no quiz: a name of its own stands at the beginning of a path.
  return new RegExp(`(?<![\\w.])(?:${names.join('|')})(?!\\w)`).test(tags);
}

export const liquidTags = /\{\{.*?\}\}|\{%.*?%\}/gs;
