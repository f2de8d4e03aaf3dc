import { expect, it } from 'vitest';
import type { VmId } from '../../src/ids.ts';
import type { Attachment, Connection } from '../../src/platforms/contract.ts';
import type { Bench } from './bench.ts';
import { patient, refusal } from './bench.ts';
import { openTerminal } from './terminal.ts';

/** Serial consoles and shells on nodes. */
export function consoles(bench: () => Bench): void {
  it('F-062 F-357 shows a prompt at the serial console and takes what is typed', async () => {
    const { facts, server } = bench();
    const connection = await bench().connect();
    const { prompt } = facts;
    if (!prompt) return expect(connection.whyNot['console.serial']).not.toBe('');
    await bench().supporting(connection, 'console.serial', async () => {
      const terminal = openTerminal(streamOf(await attach(connection, await server.runningVm(), false)));
      await terminal.see(prompt, '\r');
      terminal.type('somebody');
      await terminal.see(/somebody/);
    });
  });

  it('lets nobody push in at a console, unless by force', async () => {
    const { facts, server } = bench();
    const connection = await bench().connect();
    if (!facts.prompt) return expect(connection.whyNot['console.serial']).not.toBe('');
    const id = await server.runningVm();
    const first = openTerminal(streamOf(await attach(connection, id, false)));
    expect((await refusal(attach(connection, id, false))).code).toBe('op.conflict');

    const second = streamOf(await attach(connection, id, true));
    await first.ended;
    await openTerminal(second).see(facts.prompt, '\r');
    second.destroy();
  });

  it('frees the console when its stream is closed', async () => {
    const { facts, server } = bench();
    const connection = await bench().connect();
    if (!facts.prompt) return expect(connection.whyNot['console.serial']).not.toBe('');
    const id = await server.runningVm();
    const first = streamOf(await attach(connection, id, false));
    const terminal = openTerminal(first);
    first.destroy();
    await terminal.ended;
    const again = openTerminal(streamOf(await attach(connection, id, false)));
    await again.see(facts.prompt, '\r');
  });

  it('says that a stopped VM has nobody at its console', async () => {
    const connection = await bench().connect();
    const { serial } = connection.console;
    if (!serial) return expect(connection.whyNot['console.serial']).not.toBe('');
    const error = await refusal(serial(await bench().server.stoppedVm(), { force: false }, patient()));
    expect(error.code).toBe('op.conflict');
  });

  it('shows what a running VM has written to its console', async () => {
    const connection = await bench().connect();
    const { output } = connection.console;
    if (!output) return expect(connection.whyNot['console.output']).not.toBe('');
    await bench().supporting(connection, 'console.output', async () => {
      const { text } = await output(await bench().server.runningVm(), patient());
      expect(text).not.toBe('');
    });
  });

  it('F-038 opens a shell on a node', async () => {
    const watching = await bench().watch();
    const [first] = watching.feeds;
    const node = first?.kind === 'inventory' ? first.inventory.nodes[0] : undefined;
    if (!node) throw new Error('the inventory has no node');
    const { shell } = watching.connection.node;
    await bench().supporting(watching.connection, 'node.shell', async () => {
      const attachment = await shell?.(node.id, { columns: 80, rows: 24 }, patient());
      if (attachment?.kind !== 'stream') return expect(attachment?.argv[0]).not.toBe('');
      const terminal = openTerminal(attachment.stream);
      terminal.type('echo from-the-node\r');
      // Once as it is typed, and once as it is said.
      await terminal.see(/from-the-node[\s\S]*from-the-node/);
      terminal.type('exit\r');
      await terminal.ended;
    });
  });
}

async function attach(connection: Connection, id: VmId, force: boolean): Promise<Attachment> {
  const { serial } = connection.console;
  if (!serial) throw new Error('the facts speak of a prompt, but there is no serial console');
  return serial(id, { force }, patient());
}

function streamOf(attachment: Attachment) {
  if (attachment.kind !== 'stream') throw new Error('a serial console must be a stream');
  return attachment.stream;
}
