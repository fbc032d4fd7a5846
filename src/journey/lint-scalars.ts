import { surpriseIn } from '../yaml/plain-scalars.js';
import type { FileProblem } from '../yaml/problem.js';
import { problemAt, type YamlFile } from '../yaml/yaml-file.js';

/** Operators whose value is compared with what people and shops send. */
const compared: ReadonlySet<unknown> = new Set(['is', 'is_not', 'in', 'not_in']);

/** Values without quotes that YAML reads otherwise than they are written: `is: 00123` is the number 123. Warnings. */
export function surprises(yaml: YamlFile): readonly FileProblem[] {
  return yaml.plain.flatMap((scalar) => {
    const name = scalar.path.findLast((key) => typeof key === 'string') ?? '';
    const why = surpriseIn(scalar, compared.has(name));
    if (why === null) return [];
    const meant = typeof scalar.value === 'number' ? String(scalar.value) : flagOf(scalar.written);
    const inQuotes = `"${scalar.written}" in quotes for the text.`;
    return [
      problemAt(
        yaml,
        scalar.path,
        `"${String(name)}" ${why}.`,
        meant === null ? `Write ${inQuotes}` : `Write ${meant}, or ${inQuotes}`,
        'warning',
      ),
    ];
  });
}

function flagOf(word: string): 'true' | 'false' | null {
  if (/^(?:y|yes|on)$/i.test(word)) return 'true';
  return /^(?:n|no|off)$/i.test(word) ? 'false' : null;
}
