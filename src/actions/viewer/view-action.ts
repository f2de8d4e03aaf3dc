import { FleetError } from '../../errors.ts';
import type { Connection, Field, ViewerLink, Vm } from '../../platforms/contract.ts';
import { viewerWords } from '../../state/config/preferences.ts';
import type { ObjectAction, Report } from '../action.ts';
import { needed } from '../object-action.ts';
import { consoleAction } from '../vm.ts';
import { runViewer, type Shown, urlOf, viewerFor } from './program.ts';
import { openTunnel } from './tunnel.ts';

export const PROGRAM: Field = {
  key: 'program',
  label: 'Program',
  help: 'Another one than the configuration names: its words with {vv}, {url}, {host}, {port}.',
  kind: 'text',
  examples: ['WORDS'],
};

/** Rejects with op.refused where another program must not be let there. */
export async function viewerLink(connection: Connection, vm: Vm, signal: AbortSignal): Promise<ViewerLink> {
  const link = await needed(connection, 'console.viewer')(vm.id, signal);
  if (link.unsafe !== undefined)
    throw new FleetError('op.refused', `${vm.name}: ${link.unsafe}`, {
      fix: 'drover shows it itself: drover vm console NAME --graphic',
    });
  return link;
}

/** Shows the display in a program of the desktop until that is closed. */
export async function view(
  connection: Connection,
  vm: Vm,
  words: readonly string[] | undefined,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  const link = await viewerLink(connection, vm, signal);
  const program = await viewerFor(words, link.kind, process.env);
  const tunnel = await openTunnel(link, signal);
  try {
    const { host, port } = tunnel;
    const shown: Shown = { kind: link.kind, host, port, name: vm.name, password: link.password };
    report(`${program[0]} shows it, at ${urlOf(shown)}`);
    await runViewer(program, shown, signal);
  } finally {
    tunnel.close();
  }
}

/** `remote-viewer {vv}`, as it is typed; undefined where nothing is. */
export function programWords(typed: unknown): readonly string[] | undefined {
  const words = typeof typed === 'string' ? typed.split(/\s+/).filter(Boolean) : [];
  return words.length > 0 ? words : undefined;
}

/** On the screen it is a task: it runs as long as the program does, and cancelling it ends the program. */
export const viewAction: ObjectAction<'vm'> = {
  kind: 'object',
  id: 'vm.view',
  noun: 'vm',
  on: 'vm',
  title: 'Viewer',
  phrase: 'Show … in a viewer',
  help: 'Show the screen of a VM in a program of the desktop: VNC, SPICE or RDP, through a tunnel.',
  keys: ['x'],
  danger: 'none',
  needs: 'console.viewer',
  aliases: ['vm.viewer'],
  options: [PROGRAM],
  fromConfig: ({ file }) => ({ words: viewerWords(file) ?? [] }),
  atMost: 8,
  fits: consoleAction.fits,
  asked: () => 'was shown',
  async send(connection, vm, args, signal, report) {
    if (connection.dryRun) return { dryRun: true, warnings: [] };
    const given = programWords(args['program']);
    const configured = Array.isArray(args['words']) ? (args['words'] as readonly string[]) : [];
    await view(connection, vm, given ?? (configured.length > 0 ? configured : undefined), signal, report);
    return { warnings: [] };
  },
};
