import { beforeEach } from 'vitest';

/**
 * For a file or a `describe` whose tests go on from what the one before has left: after one that failed, the others fail at once,
 * with its name, instead of waiting for what can not come.
 */
export function tellStory(): void {
  let ended: string | undefined;
  beforeEach(({ task, onTestFailed }) => {
    if (ended !== undefined) throw new Error(`not tried, since this failed: ${ended}`);
    onTestFailed(() => {
      ended ??= task.name;
    });
  });
}
