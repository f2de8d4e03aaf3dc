import type { Stage } from './stage.ts';

/** Leaves; asks first while tasks run. */
export async function askToQuit({ services, dialogs, quit }: Stage): Promise<void> {
  const { running } = services.tasks;
  const question = running === 1 ? 'A task is running. Quit anyway?' : `${running} tasks are running. Quit anyway?`;
  const details = ['What was sent goes on at the platforms; nobody here will see how it ends.'];
  if (running === 0 || (await dialogs.confirm({ title: 'Quit', question, details }))) quit();
}
