import { once } from 'node:events';
import { expect, it } from 'vitest';
import { shownOn } from '../../src/display/screenshot.ts';
import type { VmId } from '../../src/ids.ts';
import { type Attachment, type Connection, whyAbsent } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { patient, present } from './bench.ts';
import { refusal } from './refusal.ts';
import { openTerminal } from './terminal.ts';

/** Serial consoles and shells on nodes. */
export function consoles(bench: () => Bench, facts: PlatformFacts): void {
  const { operations, prompt } = facts;

  if (!operations.includes('console.serial')) {
    it('has no serial console to type into, and says why', async () => {
      const connection = await bench().connect();
      expect(connection.console?.serial).toBeUndefined();
      expect(whyAbsent(connection, 'console.serial')).toMatch(/\w+ \w+/);
    });
  }

  if (prompt) {
    it('F-062 F-357 shows a prompt at the serial console and takes what is typed', async () => {
      const { server } = bench();
      const connection = await bench().connect();
      await bench().supporting(connection, 'console.serial', async () => {
        const terminal = openTerminal(streamOf(await attach(connection, await server.runningVm(), false)));
        await terminal.see(prompt, '\r');
        terminal.type('lovelace');
        await terminal.see(/lovelace/);
      });
    });

    it('lets no other client push in at a console, unless by force', async () => {
      const { server } = bench();
      const connection = await bench().connect();
      const id = await server.runningVm();
      const first = openTerminal(streamOf(await attach(connection, id, false)));
      expect((await refusal(attach(connection, id, false))).code).toBe('op.conflict');

      const second = streamOf(await attach(connection, id, true));
      await first.ended;
      await openTerminal(second).see(prompt, '\r');
      second.destroy();
    });

    it('frees the console when its stream is closed', async () => {
      const { server } = bench();
      const connection = await bench().connect();
      const id = await server.runningVm();
      const first = streamOf(await attach(connection, id, false));
      const terminal = openTerminal(first);
      first.destroy();
      await terminal.ended;
      const again = openTerminal(streamOf(await attach(connection, id, false)));
      await again.see(prompt, '\r');
    });
  }

  if (operations.includes('console.serial')) {
    it('says that the console of a stopped VM is not available', async () => {
      const connection = await bench().connect();
      const serial = present(connection.console?.serial);
      const error = await refusal(serial(await bench().server.stoppedVm(), { force: false }, patient()));
      expect(error.code).toBe('op.conflict');
    });
  }

  if (operations.includes('console.display')) {
    it('F-251 F-061 F-356 has a display of a VM that runs, and says that one that is off has none', async () => {
      const connection = await bench().connect();
      const display = present(connection.console?.display);
      await bench().supporting(connection, 'console.display', async () => {
        const frame = await shownOn(await display(await bench().server.runningVm(), patient()), patient());
        expect(frame.width * frame.height).toBeGreaterThan(0);
        expect(frame.pixels.some((value) => value > 0)).toBe(true);
      });
      expect((await refusal(display(await bench().server.stoppedVm(), patient()))).code).toBe('op.conflict');
    });
  }

  if (operations.includes('console.viewer')) {
    it('F-042 F-061 has a way to the display of a VM that runs, on which its server speaks first', async () => {
      const connection = await bench().connect();
      const viewer = present(connection.console?.viewer);
      await bench().supporting(connection, 'console.viewer', async () => {
        const { kind, connect } = await viewer(await bench().server.runningVm(), patient());
        const stream = await connect(patient());
        const [greeting] = (await once(stream, 'data', { signal: patient() })) as [Buffer];
        stream.destroy();
        expect([kind, greeting.toString('latin1')]).toEqual(['vnc', expect.stringMatching(/^RFB 003\.\d{3}\n/)]);
      });
      expect((await refusal(viewer(await bench().server.stoppedVm(), patient()))).code).toBe('op.conflict');
    });
  }

  if (operations.includes('console.command')) {
    it('F-062 says what is typed to get to the serial console without drover', async () => {
      const connection = await bench().connect();
      await bench().supporting(connection, 'console.command', async () => {
        const { argv } = await present(connection.console?.command)(await bench().server.runningVm(), patient());
        expect(argv.join(' ')).toMatch(/^\w+ .*console/);
      });
    });
  }

  if (operations.includes('console.output')) {
    it('shows what a running VM has written to its console', async () => {
      const connection = await bench().connect();
      const output = present(connection.console?.output);
      await bench().supporting(connection, 'console.output', async () => {
        const { text } = await output(await bench().server.runningVm(), patient());
        expect(text).toMatch(/\w/);
      });
    });
  }

  if (operations.includes('node.shell')) {
    it('F-038 opens a shell on a node', async () => {
      const watching = await bench().watch();
      const [first] = watching.feeds;
      const node = first?.kind === 'inventory' ? first.inventory.nodes[0] : undefined;
      if (!node) throw new Error('the inventory has no node');
      const shell = present(watching.connection.node?.shell);
      await bench().supporting(watching.connection, 'node.shell', async () => {
        const attachment = await shell(node.id, { columns: 80, rows: 24 }, patient());
        // a program of this machine: the shell on this very host, which needs a terminal
        if (attachment.kind === 'command') return expect(attachment.argv).toEqual([expect.stringMatching(/^\/.*sh$/)]);
        const terminal = openTerminal(attachment.stream);
        terminal.type('echo from-the-node\r');
        // Once as it is typed, and once as it is said.
        await terminal.see(/from-the-node[\s\S]*from-the-node/);
        terminal.type('exit\r');
        await terminal.ended;
      });
    });
  }
}

async function attach(connection: Connection, id: VmId, force: boolean): Promise<Attachment> {
  return present(connection.console?.serial)(id, { force }, patient());
}

function streamOf(attachment: Attachment) {
  if (attachment.kind !== 'stream') throw new Error('a serial console must be a stream');
  return attachment.stream;
}
