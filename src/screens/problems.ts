import { spellProblem } from '../state/config/problem.ts';
import type { Stage } from './stage.ts';

type Source = Pick<Stage, 'services' | 'run'>;

/** How many things are wrong with the configuration, and with what belongs to it. */
export const problemCount = ({ services, run }: Source): number => services.problems().length + run.problems.length;

/** Each with its place in the file and, behind it, what to do. */
export const problemSentences = ({
  services,
  run,
}: Source): readonly { readonly text: string; readonly fix?: string }[] => [
  ...run.problems.map((text) => ({ text })),
  ...services.problems().map((problem) => ({
    text: spellProblem(problem),
    ...(problem.fix !== undefined && { fix: problem.fix }),
  })),
];
