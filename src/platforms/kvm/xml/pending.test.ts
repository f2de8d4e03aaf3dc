import { expect, it } from 'vitest';
import { readDomainXml } from './domain-xml.ts';
import { pendingLines } from './pending.ts';

const guest = (memory: number, max: number, vcpus: number, maxVcpus: number) =>
  readDomainXml(`<domain type='kvm'><memory unit='MiB'>${max}</memory><currentMemory unit='MiB'>${memory}</currentMemory>
    <vcpu current='${vcpus}'>${maxVcpus}</vcpu></domain>`);

it('says what the next start will change, and nothing when that is nothing', async () => {
  const running = await guest(128, 256, 1, 2);
  expect(pendingLines(running, await guest(128, 256, 1, 2))).toEqual([]);
  expect(pendingLines(running, await guest(512, 512, 4, 4))).toEqual([
    ['At next start', 'Memory 512M, Max memory 512M, vCPUs 4, Max vCPUs 4'],
  ]);
});
