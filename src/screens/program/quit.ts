import type { Stage } from '../stage.ts';

/** Leaves; asks first while tasks run. */
export async function askToQuit({ services, dialogs, quit }: Stage): Promise<void> {
  const { running } = services.tasks;
  const question = running === 1 ? 'A task is running. Quit anyway?' : `${running} tasks are running. Quit anyway?`;
  const details = ['The platforms finish what was sent; how it ends will not be seen here.'];
  if (running === 0 || (await dialogs.confirm({ title: 'Quit', question, details }))) quit();
}
