import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globalFlags } from '../../src/cli/command.ts';
import { findCommand } from '../../src/cli/commands.ts';
import { parseFlags } from '../../src/cli/flags.ts';
import { meaningOf } from '../../src/cli/other-tools.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

/** What people type who come from these tools, first what they need most. */
const TYPED: Readonly<Record<string, string>> = {
  virsh:
    'list dominfo domstate domifaddr domblklist domiflist start shutdown destroy reboot reset suspend resume managedsave undefine edit console autostart setmem setvcpus dumpxml domrename domstats nodeinfo pool-list vol-list net-list snapshot-list snapshot-create-as snapshot-revert migrate define create attach-disk detach-disk attach-interface vncdisplay domdisplay',
  qm: 'list config status start stop shutdown reboot reset suspend resume destroy set migrate clone create snapshot listsnapshot rollback delsnapshot terminal resize template importdisk unlock monitor',
  govc: 'ls find vm.info vm.power vm.destroy vm.change vm.create vm.clone vm.migrate vm.ip vm.console snapshot.create snapshot.tree host.info datastore.ls about',
  aws: 'describe-instances start-instances stop-instances reboot-instances terminate-instances run-instances get-console-output describe-volumes describe-instance-types describe-images modify-instance-attribute',
  kcli: 'list info start stop restart delete create update clone console ssh scp export snapshot revert download switch sync',
  docker: 'ps ls run stop start restart kill rm logs exec inspect top stats cp attach pause unpause rename',
};
const OPENSTACK = [
  ...'list show start stop reboot pause unpause suspend resume delete set create resize migrate ssh image'
    .split(' ')
    .map((verb) => `server ${verb}`),
  'hypervisor list',
  'console log show',
  'flavor list',
  'image list',
  'network list',
  'volume list',
];
const KCLI_NOUNS = ['plan', 'profile', 'network', 'disk', 'image', 'kube', 'bucket', 'iso'].map((n) => `create ${n}`);

const all = [
  ...Object.entries(TYPED).flatMap(([tool, words]) => words.split(' ').map((word) => [tool, word] as const)),
  ...OPENSTACK.map((words) => ['openstack', words] as const),
  ...KCLI_NOUNS.map((words) => ['kcli', words] as const),
];

describe('what people of other tools type', () => {
  it.each(all)('%s %s leads to what there is, or to a sentence that it is not there', (tool, words) => {
    for (const typed of [words.split(' '), [tool, ...words.split(' '), 'web1']]) {
      const [first, second] = typed;
      const found = findCommand(first, second);
      if (found && 'command' in found) continue;
      const meaning = meaningOf(typed);
      expect(meaning, typed.join(' ')).toBeDefined();
      if (meaning && 'missing' in meaning) expect(meaning.missing).toMatch(/^drover can't .+ yet$/);
      for (const command of meaning && 'use' in meaning ? meaning.use : []) {
        const [noun, verb, ...rest] = command.split(' ');
        const here = findCommand(noun, verb);
        if (!here || !('command' in here))
          throw new Error(`${typed.join(' ')} leads to ${command}, which is no command`);
        const flags = [...globalFlags, ...here.command.flags([])];
        expect(() => parseFlags(rest, flags), command).not.toThrow();
      }
    }
  });

  it('never leads to a command that deletes without saying so', () => {
    for (const [tool, words] of all) {
      const meaning = meaningOf([tool, ...words.split(' ')]);
      const deletes = meaning && 'use' in meaning && meaning.use.some((command) => command.startsWith('vm delete'));
      if (deletes) expect(words).toMatch(/destroy|undefine|delete|rm|terminate|remove/);
    }
  });

  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(simulated({ demo: { vms: 2 } }));
  });
  afterAll(() => desk.clear());

  it.each([
    ['domstate web1', 'there is no command "domstate"\n  drover vm status NAME\n'],
    ['vm monitor web1', 'vm has no "monitor"\n  drover can\'t open the monitor of QEMU yet\n'],
    ['virsh dominfo web1', 'there is no command "virsh"\n  drover vm info NAME\n'],
    ['openstack server list', 'there is no command "openstack"\n  drover vm list\n'],
    ['virsh metadata web1', 'there is no command "virsh"\n  drover can\'t do what virsh metadata does yet\n'],
    ['virsh', 'there is no command "virsh"\n  drover help lists them\n'],
    ['nonsense', 'there is no command "nonsense"\n  drover help lists them\n'],
  ])('drover %s says it, and runs nothing', async (words, said) => {
    expect(await desk.run(...words.split(' '))).toMatchObject({ code: 2, stdout: '', stderr: said });
  });

  it('is found by drover help too', async () => {
    expect((await desk.run('help', 'destroy')).stdout).toContain('drover vm kill NAME, or drover vm delete NAME');
    expect((await desk.run('help', 'vm', 'monitor')).stdout).toBe("drover can't open the monitor of QEMU yet\n");
  });
});
