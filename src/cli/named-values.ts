import { CliFailure } from './failure.js';

/** `country=DE` and the like, by their names; what reads as JSON (`true`, `3`) is taken as such. `what`: a noun for one of them. */
export function namedValues(texts: readonly string[], what: string): Readonly<Record<string, unknown>> {
  const values = texts.map((text) => namedValue(text, what));
  const twice = values.find(([name], index) => values.findIndex(([other]) => other === name) !== index);
  if (twice !== undefined) throw new CliFailure(`The ${what} ${twice[0]} is given twice: there is only one of that name.`, 2);
  return Object.fromEntries(values);
}

function namedValue(text: string, what: string): readonly [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new CliFailure(`A ${what} is written name=value, not ${text}.`, 2);
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value)];
  } catch {
    return [text.slice(0, at), value];
  }
}
