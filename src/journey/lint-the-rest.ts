import { withoutFaults } from '../yaml/without-faults.js';
import type { YamlFile } from '../yaml/yaml-file.js';
import { compileJourney } from './compile.js';
import type { Finding, KnownNames } from './finding.js';
import { lintJourney } from './lint.js';
import { journeySource } from './source.js';

/** What is taken for a required part of the file that is wrong itself. It asks for nothing, so nothing is said of it. */
const standIns = {
  journey: 'unnamed',
  name: 'Unnamed',
  class: 'marketing',
  topic: 'unnamed',
  trigger: { event: { name: 'order.paid' } },
  entry: { reentry: 'once' },
  steps: [{ wait: { for: 'PT1H' } }],
};

/**
 * Problems of meaning in a file that also has problems of form: found in the parts with a valid form, so that one run reports everything.
 * Problems that only follow from the invalid parts are not reported.
 */
export function lintTheRest(yaml: YamlFile, { templates, ...names }: KnownNames): readonly Finding[] {
  const rest = withoutFaults(journeySource, yaml.value, standIns);
  if (rest === null) return [];
  const stepsAreWhole = !rest.touched.some(([key]) => key === 'steps');
  const stoodIn = new Set(rest.touched.flatMap((path) => (path.length === 1 ? [path[0]] : [])));
  return lintJourney(compileJourney(rest.value), stoodIn.has('class') || templates === undefined ? names : { ...names, templates })
    .map((finding) => ({ ...finding, path: rest.pathInFile(finding.path) }))
    .filter(({ path, message }) => {
      if (stoodIn.has(path[0])) return false;
      // A step that was left out, or a send in it, is what these look for.
      return stepsAreWhole || !/There is no step|may not have been done|no message|never|Nobody reaches/.test(message);
    });
}
