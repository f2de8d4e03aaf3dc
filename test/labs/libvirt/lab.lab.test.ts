import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../command.ts';
import {
  cutLink,
  guestState,
  guestsOf,
  type Host,
  host1,
  host2,
  killDaemon,
  makeGuests,
  removeGuests,
  restoreHost,
  site,
  untilGuestIs,
  untilLoginPrompt,
  virsh,
} from './hosts.ts';
import { initOf } from './namespaces.ts';
import { type Site, siteFrom } from './site.ts';

const execute = promisify(execFile);

const ssh = (host: Host, command: string): Promise<string> => {
  const { key, knownHosts } = site.files;
  const strict = ['-o', `UserKnownHostsFile=${knownHosts}`, '-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=yes'];
  return run(['ssh', '-F', 'none', '-i', key, ...strict, `root@${host.address}`, command]);
};

describe('the libvirt lab', () => {
  afterEach(() => restoreHost(host2));

  it.each(site.hosts)('$name answers over ssh and knows its guests', async (host) => {
    expect(await ssh(host, 'hostname')).toBe(`${host.name}\n`);
    const names = (await ssh(host, 'virsh --connect qemu:///system list --all --name')).split('\n');
    expect(names).toEqual(expect.arrayContaining(guestsOf(host.number).map(({ name }) => name)));
  });

  it('has a guest that boots to a login prompt and goes down when its power button is pressed', async () => {
    await makeGuests(host2, 'visitor');
    try {
      await virsh(host2, 'start', 'visitor');
      await untilLoginPrompt(host2, 'visitor');
      await virsh(host2, 'shutdown', 'visitor');
      await untilGuestIs(host2, 'visitor', 'shut off');
    } finally {
      await removeGuests(host2, 'visitor');
    }
    await expect(guestState(host2, 'visitor')).rejects.toThrow('failed to get domain');
  });

  it('keeps its configuration from the eyes of others', () => {
    expect(statSync(site.files.config).mode & 0o777).toBe(0o600);
  });

  it('repairs a host with a dead daemon and a cut link, and the others notice nothing', async () => {
    await killDaemon(host2);
    await cutLink(host2);
    expect(await guestState(host1, 'web1')).toBe('running');
    await restoreHost(host2);
    expect(await guestState(host2, 'web2')).toBe('shut off');
  });
});

/** Processes of these pid namespaces, by their number here. */
function processesIn(namespaces: ReadonlySet<string>): readonly string[] {
  const inside = (pid: string): boolean => {
    try {
      return namespaces.has(readlinkSync(`/proc/${pid}/ns/pid`));
    } catch {
      return false; // ended meanwhile
    }
  };
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && inside(pid));
}

describe('a second lab beside the first', () => {
  const lab = (env: NodeJS.ProcessEnv, verb: string) =>
    execute(process.execPath, [`${import.meta.dirname}/../lab.ts`, verb, 'libvirt'], { env });

  const links = (other: Site): readonly string[] =>
    readdirSync('/sys/class/net').filter((name) => name.startsWith(other.bridge));

  it('comes up, prints nothing but exports, and goes without a trace', async () => {
    const dir = await mkdtemp(`${tmpdir()}/lab-`);
    const env = { ...process.env, DROVER_LAB_DIR: `${dir}/labs`, DROVER_LAB_NET: '10.231.77' };
    const other = siteFrom(env);
    const mounts = readFileSync('/proc/self/mounts', 'utf8');
    try {
      const { stdout } = await lab(env, 'up');
      expect(stdout).toBe(`export DROVER_CONFIG='${other.files.config}'\n`);
      expect((await lab(env, 'up')).stdout).toBe(stdout);
      expect(links(other)).toHaveLength(4);
      const inits = other.hosts.map(initOf);
      const namespaces = new Set(inits.map((init) => readlinkSync(`/proc/${init}/ns/pid`)));
      // per host: PID 1 with its sleep, sshd, libvirtd; dnsmasq, and QEMU twice on the first
      expect(processesIn(namespaces).length).toBeGreaterThan(14);

      await lab(env, 'down');
      expect(processesIn(namespaces)).toEqual([]);
      expect(links(other)).toEqual([]);
      expect(existsSync(`${dir}/labs`)).toBe(false);
      expect(readFileSync('/proc/self/mounts', 'utf8')).toBe(mounts);
      expect(await lab(env, 'status').catch(({ code }) => code)).toBe(1);
    } finally {
      await lab(env, 'down');
      await rm(dir, { recursive: true });
    }
  });
});
