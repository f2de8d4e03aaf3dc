import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from '../cli/run-drover.ts';
import { openPty, type Pty, UNTOUCHED } from '../terminal/open-pty.ts';

const DROVER = join(process.cwd(), 'bin/drover');

describe('the terminal of line mode', () => {
  let desk: Desk;
  let pty: Pty;
  beforeEach(async () => {
    desk = await openDesk(simulated({ demo: { vms: 60 } }));
    pty = openPty({
      argv: [DROVER, '--plain', '--config', desk.config],
      columns: 100,
      env: { HOME: desk.home, XDG_STATE_HOME: desk.home, XDG_CACHE_HOME: desk.home },
    });
    await pty.until(/\d+ of \d+ VMs running/);
  });
  afterEach(async () => {
    pty.close();
    await desk.clear();
  });

  it('takes nothing that is pasted for commands, and leaves the terminal as it was', async () => {
    expect(pty.modes().paste).toBe(true);
    pty.type('\x1b[200~M\rSy\rq\x1b[201~');
    // The next key shows that what came before it has been dealt with.
    pty.type('?');
    await pty.until('Leave without asking');
    expect(pty.bytes().toString()).not.toMatch(/\d marked|y or n/);
    pty.type('q');
    await pty.exit;
    expect(pty.modes()).toEqual(UNTOUCHED);
  });

  it('goes on where no shell is above it that could take it back from ctrl-Z', async () => {
    pty.type('\x1a');
    await pty.until(() => !pty.modes().paste);
    await pty.until(() => pty.modes().paste);
    pty.type('q');
    expect((await pty.exit).code).toBe(0);
  });

  it('leaves the terminal as it was when it is killed while a console has it', async () => {
    pty.type('jj');
    await pty.until('billing-db1, running');
    pty.type('c');
    await pty.until('detaches');
    process.kill(pty.pid, 'SIGTERM');
    await pty.exit;
    expect(pty.bytes().toString()).toContain('\x1b[!p');
    expect(pty.modes()).toEqual(UNTOUCHED);
  });
});
