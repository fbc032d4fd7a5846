import type { Quiz } from '../../domain/quiz/quiz.js';
import type { DefinitionKind } from '../kind.js';

export const quizzes: DefinitionKind<Quiz> = {
  kind: 'quiz',
  many: 'quizzes',
  help: 'quizzes: questions, what each answer changes, and results',
  asksForFields: true,
  form: async () => (await import('./form.js')).quizForm,
};
