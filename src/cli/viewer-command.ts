/** `drover vm console web1 --viewer`, and what leads to a console without drover. */
import type { Asked } from '../actions/action.ts';
import { loginWords } from '../actions/guest/ssh.ts';
import { needed } from '../actions/object-action.ts';
import { permitted } from '../actions/permitted.ts';
import { bind, verify } from '../actions/target.ts';
import { filledIn, urlOf, viewerFor, writeVv } from '../actions/viewer/program.ts';
import { openTunnel } from '../actions/viewer/tunnel.ts';
import { PROGRAM, programWords, view, viewAction, viewerLink } from '../actions/viewer/view-action.ts';
import { consoleAction } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import type { Connection, Settings, ViewerLink, Vm } from '../platforms/contract.ts';
import { commandLine } from '../shell-word.ts';
import { viewerWords } from '../state/config/preferences.ts';
import { clipboardSequence } from '../terminal/clipboard.ts';
import { clean } from '../terminal/width.ts';
import { type CommandContext, EXIT } from './command.ts';
import type { Flag } from './flags.ts';

export const VIEWER: Flag = {
  key: 'viewer',
  label: 'Viewer',
  help: 'Show the screen of the VM in a program of the desktop, through a tunnel.',
  kind: 'flag',
};
export const VV: Flag = {
  key: 'vv',
  label: 'Connection file',
  help: 'Write a connection file of remote-viewer, and keep the tunnel open until it has been used.',
  kind: 'path',
  examples: ['FILE'],
};
export const viewerFlags: readonly Flag[] = [VIEWER, VV, PROGRAM];

/** A port that is seldom taken: a command line that is pasted elsewhere can't ask for a free one. */
const PASTED_PORT = 5999;

async function reached(
  action: Asked,
  vm: Vm,
  { app, signal }: CommandContext,
): Promise<{ readonly connection: Connection; readonly object: Vm }> {
  const target = bind('vm', vm.id, app);
  await verify(target, app, signal);
  return permitted(action, 'vm', vm.id, app);
}

/** Ends with the program; with `--vv` alone when what has read the file has gone. */
export async function openViewer(vm: Vm, values: Settings, context: CommandContext): Promise<number> {
  const { app, signal } = context;
  const { connection, object } = await reached(viewAction, vm, context);
  const words = programWords(values[PROGRAM.key]) ?? viewerWords(app.config().file);
  if (values[VV.key] === undefined) {
    await view(connection, object, words, signal, (text) => tell(text, context));
    return EXIT.done;
  }
  const link = await viewerLink(connection, object, signal);
  const tunnel = await openTunnel(link, signal);
  try {
    const file = String(values[VV.key]);
    const { host, port } = tunnel;
    const shown = { kind: link.kind, host, port, name: vm.name, password: link.password };
    await writeVv(file, shown);
    tell(`${file} leads to ${urlOf(shown)} until this ends`, context);
    await tunnel.left;
    return signal.aborted ? EXIT.interrupted : EXIT.done;
  } finally {
    tunnel.close();
  }
}

/** Says it, and gives the address in it to the clipboard of the terminal, where there is one. */
function tell(text: string, { say, interactive, stdout }: CommandContext): void {
  say(clean(text));
  const [address] = /\w+:\/\/[\w.:[\]]+/.exec(text) ?? [];
  if (interactive && address !== undefined) stdout.write(clipboardSequence(address));
}

/** A command line for a shell: to the serial console, or with `--viewer` or `--graphic` to the screen. Nothing secret is in it. */
export async function printConsoleCommand(vm: Vm, values: Settings, context: CommandContext): Promise<number> {
  const isScreen = values[VIEWER.key] === true || values['graphic'] === true;
  const line = isScreen ? await screenLine(vm, values, context) : await serialLine(vm, context);
  await context.printer.print(clean(line));
  return EXIT.done;
}

async function serialLine(vm: Vm, context: CommandContext): Promise<string> {
  const { connection } = await reached({ ...consoleAction, needs: 'console.command' }, vm, context);
  const { argv } = await needed(connection, 'console.command')(vm.id, context.signal);
  return commandLine(argv);
}

async function screenLine(vm: Vm, values: Settings, context: CommandContext): Promise<string> {
  const { app, signal } = context;
  const { connection, object } = await reached(viewAction, vm, context);
  const link = await viewerLink(connection, object, signal);
  const route = vm.node === undefined ? undefined : await connection.node?.route?.(vm.node, signal);
  const { forward, host, port } = wayTo(link, route?.jump && loginWords(route.jump));
  const shown = { kind: link.kind, host, port, name: vm.name };
  const configured = programWords(values[PROGRAM.key]) ?? viewerWords(app.config().file);
  // A connection file may hold the password, and is gone when this has ended: the program is given the address.
  const words = configured?.some((word) => word.includes('{vv}')) ? undefined : configured;
  const program = words ?? [(await viewerFor(configured, link.kind, process.env))[0] ?? '', '{url}'];
  const show = commandLine(filledIn(program, shown, ''));
  return forward === undefined ? show : `${forward} && ${show}`;
}

function wayTo(
  { place }: ViewerLink,
  login: readonly string[] | undefined,
): { readonly forward: string | undefined; readonly host: string; readonly port: number } {
  if (!login) {
    if ('port' in place) return { forward: undefined, ...place };
    throw new FleetError(
      'op.unsupported',
      `the display listens on ${place.socket}, which no viewer is given by an address`,
      {
        fix: 'let drover make the way to it: --viewer',
      },
    );
  }
  const there = 'port' in place ? `${place.host}:${place.port}` : place.socket;
  const local = `127.0.0.1:${PASTED_PORT}:${there}`;
  // In the background once the port is open; it ends when the viewer has been there and has gone.
  const [program = 'ssh', ...rest] = login;
  const forward = commandLine([program, '-f', '-o', 'ExitOnForwardFailure=yes', '-L', local, ...rest, 'sleep', '30']);
  return { forward, host: '127.0.0.1', port: PASTED_PORT };
}
