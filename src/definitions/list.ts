import { experiments } from './experiment/kind.js';
import { fields } from './field/kind.js';
import type { DefinitionKind } from './kind.js';
import { offers } from './offer/kind.js';
import { quizzes } from './quiz/kind.js';
import { segments } from './segment/kind.js';

/**
 * The kinds of files that marketers own beside journeys, templates and policies, in the order in which they are published. To add one: a
 * folder here (`kind.ts` is light, the form beside it has schema, compile and lint), its line below, its words in docs, a file that is
 * shipped. API, command line, publishing and the editors' schema are made from this list.
 */
export const definitionKinds: readonly DefinitionKind[] = [fields, segments, experiments, quizzes, offers];
