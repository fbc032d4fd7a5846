import { error, type Finding } from '../../journey/finding.js';
import { cellsOf, mostCells } from './cells.js';
import type { WrittenExperiment } from './source.js';

/** What is wrong with how the arms are written: one by one, or as factors, not both, and no more combinations than people can fill. */
export function armsAreWritten({ arms, factors, control }: WrittenExperiment): readonly Finding[] {
  if (factors === undefined) return [...(arms === undefined ? [noArms] : []), ...(control === undefined ? [noControl] : [])];
  const cells = cellsOf(factors).length;
  return [
    ...(arms === undefined
      ? []
      : [error(['arms'], 'Arms and factors are both written.', 'Keep one of them: each combination of levels is an arm.')]),
    ...(cells <= mostCells
      ? []
      : [
          error(
            ['factors'],
            `The factors have ${cells} combinations; ${mostCells} is the most.`,
            'Take a factor or a level out: each combination needs its own people.',
          ),
        ]),
    ...repeated(factors),
  ];
}

const noArms = error(['experiment'], 'There are no arms.', 'Write arms: two or more ways, each with its share; or factors.');
const noControl = error(['experiment'], 'There is no control.', 'Say with control which arm the others are compared with.');

function repeated(factors: NonNullable<WrittenExperiment['factors']>): readonly Finding[] {
  const ids = factors.map(({ id }) => id);
  return factors.flatMap(({ id, levels }, place): Finding[] => {
    const names = levels.map((level) => (typeof level === 'string' ? level : level.id));
    const twice = names.find((name, at) => names.indexOf(name) < at);
    return [
      ...(ids.indexOf(id) < place ? [error(['factors', place, 'id'], `The factor "${id}" is there twice.`, 'Keep one of them.')] : []),
      ...(twice === undefined ? [] : [error(['factors', place, 'levels'], `The level "${twice}" is there twice.`, 'Keep one of them.')]),
    ];
  });
}
