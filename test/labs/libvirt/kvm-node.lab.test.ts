/** Commands and files of a real host, over its sshd. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, DROVER, openDesk } from '../../cli/run-drover.ts';
import { until } from '../until.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { host1, host2, removeGuests, site } from './hosts.ts';
import { inHost } from './namespaces.ts';

const host = host1;
/** A folder of the host. */
const THERE = '/root/drover-node-test';
const MOVED = `${THERE}/moved`;
const VM = 'filed';

let desk: Desk;
let folder: string;

const node = (...args: readonly string[]) => nodeWith({}, ...args);
const nodeWith = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  desk.runBuilt({ env: { DROVER_CONFIG: site.files.config, ...env } }, 'node', ...args);
const sh = (command: string): Promise<string> => inHost(host, 'sh', '-c', command);

beforeAll(async () => {
  desk = await openDesk();
  folder = await mkdtemp(join(tmpdir(), 'drover-node-'));
  await sh(`rm -rf ${THERE}; mkdir ${THERE}`);
});
afterAll(async () => {
  await sh(`rm -rf ${THERE}`);
  await desk.clear();
  await rm(folder, { recursive: true, force: true });
});

describe('a command on hosts', () => {
  it('F-201 F-449 prints what each writes by its name, and ends with an exit code', async () => {
    const ran = await node('run', host1.name, host2.name, '--', 'hostname; echo "$0" >&2; exit 3');
    expect([ran.code, ran.stdout.trim().split('\n').sort()]).toEqual([1, ['host1: host1', 'host2: host2']]);
    expect(ran.stderr).toContain('host1: exit code 3\n');
    const one = await node('run', host1.name, '--', "printf 'a\\tb\\n'; kill -9 $$");
    expect([one.code, one.stdout]).toEqual([137, 'a\tb\n']);
    const piped = await node('shell', host1.name, '--', 'exit', '5');
    expect([piped.code, piped.stderr]).toEqual([5, 'host1: exit code 5\n']);
  });

  it('is typed into a login shell where it is piped in, which ends with its exit code', async () => {
    const { code, stdout } = await desk.runBuilt(
      { input: 'echo sum-$((40 + 2)); exit 9\n', env: { DROVER_CONFIG: site.files.config } },
      ...['node', 'shell', host.name],
    );
    expect([code, stdout]).toEqual([9, expect.stringContaining('sum-42')]);
  });

  it('is ended there with all that it has started, also when it does not want to', async () => {
    const mark = `77${Math.floor(Math.random() * 1e6)}`;
    const late = await node(
      'run',
      host.name,
      '--timeout',
      '2',
      '--',
      `trap '' TERM; sleep ${mark} & sleep ${mark}; sleep ${mark}`,
    );
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('was ended on the node')]);
    expect(await sh(`ps ax | grep -c '[s]leep ${mark}' || true`)).toBe('0\n');
  });

  it('does not outlive a drover that was killed', async () => {
    const mark = `78${Math.floor(Math.random() * 1e6)}`;
    const args = ['node', 'run', host.name, '--', `sleep ${mark}`];
    const env = { ...process.env, DROVER_CONFIG: site.files.config, HOME: desk.home };
    const drover = spawn(DROVER, args, { env, stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => drover.once('exit', () => resolve()));
    await until('the command', 30_000, async () => (await sh(`ps ax | grep -c '[s]leep ${mark}' || true`)) !== '0\n');
    drover.kill('SIGKILL');
    await ended;
    await until('its end', 30_000, async () => (await sh(`ps ax | grep -c '[s]leep ${mark}' || true`)) === '0\n');
  });
});

describe('what a host needs', () => {
  interface Part {
    readonly part: string;
    readonly state: string;
    readonly found: string;
  }
  const partsOf = async (...flags: readonly string[]) => {
    const ran = await node('setup', host2.name, '-o', 'json', ...flags);
    return { ...ran, parts: new Map(ran.json<Part[]>().map((one) => [one.part, one])) };
  };
  const on2 = (command: string): Promise<string> => inHost(host2, 'sh', '-c', command);

  it('F-226 is found as virsh, dpkg and the processes there say', async () => {
    const { code, parts } = await partsOf();
    const version = (await on2("dpkg -s qemu-system-x86 | sed -n 's/^Version: //p'")).trim();
    const daemon = (await on2('virsh version --daemon')).match(/daemon: (\S+)/)?.[1];
    expect([code, parts.get('QEMU')?.found]).toEqual([0, expect.stringContaining(version.replace(/\+b\d+$/, ''))]);
    expect(await on2('pgrep -x libvirtd | wc -l')).toBe('1\n');
    expect(parts.get('libvirt daemon')).toMatchObject({ state: 'fine', found: `libvirtd ${daemon}` });
    expect(parts.get('distribution')?.found).toBe((await on2('. /etc/os-release; printf %s "$PRETTY_NAME"')).trim());
    expect(parts.get('bridges')?.found).toBe(
      (await on2('cd /sys/class/net && ls -d */bridge')).trim().replace('/bridge', ''),
    );
    expect([parts.get('default network'), parts.get('default pool')]).toMatchObject([
      { state: 'fine', found: 'active' },
      { state: 'fine', found: 'active' },
    ]);
  });

  it('F-226 is brought where it is missing, as virsh then sees, and not before it is agreed to', async () => {
    const inVirsh = async () =>
      on2('virsh -q net-list --all; virsh -q pool-list --all; virsh -q vol-list default | sort');
    const before = await inVirsh();
    await on2(
      'virsh net-destroy default; virsh net-autostart --disable default; virsh pool-destroy default; virsh pool-undefine default',
    );
    try {
      const found = await partsOf('--detect-only');
      expect([found.code, found.parts.get('default network')?.state, found.parts.get('default pool')?.state]).toEqual([
        1,
        'missing',
        'missing',
      ]);
      expect((await node('setup', host2.name, '--apply')).stderr).toContain('there is no terminal');
      expect(await on2('virsh -q pool-list --all; virsh -q net-list')).toBe('');
      const brought = await partsOf('--apply', '--yes');
      expect([brought.code, brought.parts.get('default network')?.found]).toEqual([0, 'active']);
      expect(brought.stderr).toContain('host2: virsh -c qemu:///system pool-autostart default\n');
    } finally {
      await on2(
        'virsh net-start default; virsh net-autostart default; virsh pool-define-as default dir --target /var/lib/libvirt/images; virsh pool-start default; virsh pool-autostart default; true',
      );
    }
    expect(await inVirsh()).toBe(before);
  });

  it('F-226 is named at the command that fails, with what was done before it', async () => {
    await on2('virsh pool-destroy default; virsh pool-undefine default');
    await on2('mv /var/lib/libvirt/images /var/lib/libvirt/images.away; touch /var/lib/libvirt/images');
    try {
      const { code, stderr } = await node('setup', host2.name, '--apply', '--yes');
      expect([code, stderr]).toEqual([1, expect.stringMatching(/pool-(build|start) default: exit code 1: error: /)]);
      expect(stderr).toContain('done before it: virsh -c qemu:///system pool-define-as default dir');
    } finally {
      await on2('rm /var/lib/libvirt/images; mv /var/lib/libvirt/images.away /var/lib/libvirt/images');
      await on2(
        'virsh pool-define-as default dir --target /var/lib/libvirt/images; virsh pool-start default; virsh pool-autostart default',
      );
    }
    expect((await partsOf()).code).toBe(0);
  });
});

describe('files of a host', () => {
  it('F-043 are listed with names that could harm a terminal made harmless', async () => {
    await sh(`cd ${THERE} && mkdir sub && printf x > "$(printf 'a\\033]52;c;eA==\\007b')" && ln -s /etc/passwd link`);
    const { stdout } = await node('files', host.name, THERE);
    expect(stdout).not.toContain('\x1b');
    expect(
      stdout
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(' ').at(-1)),
    ).toEqual(['sub/', 'ab', 'link@']);
  });

  it('F-044 F-449 go there and back whole, with their permissions, never over one that is there', async () => {
    const content = randomBytes(8_000_000);
    const file = join(folder, 'large');
    await writeFile(file, content);
    await chmod(file, 0o750);
    expect((await node('put', host.name, file, `${THERE}/`)).code).toBe(0);
    expect(await sh(`stat -c %a ${THERE}/large; ls ${THERE} | grep -c part || true`)).toBe('750\n0\n');
    expect((await node('put', host.name, file, `${THERE}/large`)).stderr).toContain('is there already');
    const here = join(folder, 'received');
    expect((await node('get', host.name, `${THERE}/large`, here)).code).toBe(0);
    expect((await readFile(here)).equals(content)).toBe(true);
  });

  it('F-044 are edited in an editor: owner, permissions and links stay, and no change of another program is lost', async () => {
    await sh(`cd ${THERE} && printf 'one\\n' > conf && chown 1234:5678 conf && chmod 640 conf && ln -s conf way`);
    const edited = await nodeWith({ EDITOR: 'sed -i s/one/two/' }, 'edit', host.name, `${THERE}/way`);
    expect(edited.stderr).toContain(`${THERE}/way is changed on host1`);
    expect(await sh(`cd ${THERE} && cat conf && stat -c '%u %g %a' conf && readlink way`)).toBe(
      'two\n1234 5678 640\nconf\n',
    );
    const same = await nodeWith({ EDITOR: 'true' }, 'edit', host.name, `${THERE}/conf`);
    expect(same.stderr).toContain('nothing was changed');
    // another program is quicker than the editor
    const wait = join(folder, 'wait');
    await writeFile(
      wait,
      `#!/bin/sh\ntouch ${folder}/open\nwhile [ ! -e ${folder}/go ]; do sleep 0.05; done\necho mine > "$1"\n`,
      {
        mode: 0o755,
      },
    );
    const slow = nodeWith({ EDITOR: wait }, 'edit', host.name, `${THERE}/conf`);
    await until(
      'the editor',
      30_000,
      async () => (await readFile(join(folder, 'open')).catch(() => undefined)) !== undefined,
    );
    await sh(`echo theirs > ${THERE}/conf`);
    await writeFile(join(folder, 'go'), '');
    const lost = await slow;
    expect([lost.code, lost.stderr]).toEqual([1, expect.stringContaining('was changed since it was read')]);
    expect(await sh(`cat ${THERE}/conf; ls ${THERE} | grep -c part || true`)).toBe('theirs\n0\n');
  });

  it('F-035 of VMs of ConVirt become templates, and no link leads out of their folder', async () => {
    const text = "memory = 64\nvcpus = 1\ndisk = ['file:/vm/a.img,vda,w']\nvif = []\n";
    await writeFile(join(folder, 'vm'), text);
    await sh(`mkdir ${THERE}/xen ${THERE}/xen/sub; truncate -s 1G ${THERE}/xen/huge; mkfifo ${THERE}/xen/pipe`);
    await sh(
      `ln -s ${THERE}/sub ${THERE}/xen/a-folder; ln -s /etc/passwd ${THERE}/xen/a-link; echo x > ${THERE}/xen/odd`,
    );
    expect((await node('put', host.name, join(folder, 'vm'), `${THERE}/xen/web.conf`)).code).toBe(0);
    const imported = await desk.runBuilt(
      { env: { DROVER_CONFIG: site.files.config } },
      ...['import', 'convirt', '--node', host.name, `${THERE}/xen`, '--yes', '-o', 'json'],
    );
    const why = (name: string, words: string) => ({
      file: `${host.name}:${THERE}/xen/${name}`,
      status: 'refused',
      why: expect.stringContaining(words),
    });
    expect(imported.json()).toMatchObject([
      why('a-folder', 'is a link'),
      why('a-link', 'is a link'),
      why('huge', 'has 1.0G: too much'),
      why('odd', ':1: '),
      why('pipe', 'is no regular file'),
      { name: 'ConVirt/web', status: 'new', written: true, disks: ['/vm/a.img'] },
    ]);
  });

  it('F-201 are renamed and deleted: a link for itself, no folder with something in it, never over another', async () => {
    await sh(
      `mkdir ${MOVED} && cd ${MOVED} && mkdir -p full/inner && echo 1 > full/one && ln -s full way && echo 2 > two`,
    );
    const moved = await node('mv', host.name, `${MOVED}/way/one`, 'three');
    expect([moved.code, moved.stderr]).toEqual([0, expect.stringContaining(`${MOVED}/full/three`)]);
    const over = await node('mv', host.name, `${MOVED}/two`, `${MOVED}/full/three`);
    expect([over.code, over.stderr]).toEqual([1, expect.stringContaining('is there already')]);
    const full = await node('rm', host.name, `${MOVED}/full`, '--yes');
    expect([full.code, full.stderr]).toEqual([3, expect.stringContaining('has 2 files and folders in it')]);
    expect((await node('rm', host.name, `${MOVED}/two`)).stderr).toContain('there is no terminal to ask at');
    for (const gone of ['way', 'two', 'full/three', 'full/inner', 'full'])
      expect((await node('rm', host.name, `${MOVED}/${gone}`, '--yes')).code, gone).toBe(0);
    expect(await sh(`cd ${MOVED} && ls -d way two full 2>/dev/null || true`)).toBe('');
  });

  it('F-201 stay where they are when a VM uses them, by whatever name, and it is named', async () => {
    await makeFreshGuests(host, VM);
    try {
      const disk = (await sh(`virsh domblklist ${VM} --details`)).match(/ (\/\S+)$/m)?.[1] ?? '';
      const above = dirname(disk);
      await sh(`ln -f ${disk} ${disk}.other && ln -sfn ${above} ${THERE}/disks`);
      for (const path of [disk, `${disk}.other`, `${THERE}/disks/${basename(disk)}`]) {
        const kept = await node('rm', host.name, path, '--yes');
        expect([kept.code, kept.stderr], path).toEqual([1, expect.stringContaining(`used by ${VM}`)]);
        expect((await node('mv', host.name, path, 'elsewhere')).stderr, path).toContain(`used by ${VM}`);
      }
      const folderKept = await node('mv', host.name, above, `${above}.old`);
      expect([folderKept.code, folderKept.stderr]).toEqual([1, expect.stringContaining(`${above} must stay`)]);
      expect(await sh(`ls ${disk} ${disk}.other`)).toBe(`${disk}\n${disk}.other\n`);
      await sh(`rm ${disk}.other`);
    } finally {
      await removeGuests(host, VM);
    }
  });

  it('F-201 nor do folders and links go by which a pool that is off is reached', async () => {
    const pool = 'drover-off';
    await sh(`cd ${THERE} && mkdir -p real/off && ln -s real byway`);
    await sh(`virsh pool-define-as ${pool} dir --target ${THERE}/byway/off`);
    try {
      for (const path of ['byway', 'real', 'real/off']) {
        const kept = await node('mv', host.name, `${THERE}/${path}`, 'elsewhere');
        expect([kept.code, kept.stderr], path).toEqual([1, expect.stringContaining(`the folder of pool ${pool}`)]);
      }
      expect((await node('rm', host.name, `${THERE}/byway`, '--yes')).code).toBe(1);
    } finally {
      await sh(`virsh pool-undefine ${pool}`);
    }
    expect((await node('rm', host.name, `${THERE}/byway`, '--yes')).code).toBe(0);
  });
});
