import { it } from 'vitest';
import { openFleet } from './driver.tsx';
const KEYS = ['s','S','D','R','p','P','X','A','c','O','e','o','m','f2','E','r','T','y','ctrl-y','Y','n','{','enter','space','*','v','M','ctrl-e', 'l', 'h', 'F', 'W'];
const down = "endpoints:\n  gone: { platform: kvm, host: 127.0.0.1, transport: tcp, port: 1 }\n";
const cases = {
  'pool': [{}, []],
  'node': [{}, ['j']],
  'downpoint': [{ config: down }, []],
  'empty': [{ config: 'endpoints: {}\n' }, []],
  'nomatch': [{}, ['/', 'nosuch', 'enter']],
  'emptypool': [{ config: 'pools:\n  Empty: {}\nendpoints:\n  demo: { platform: fake, vms: 6, events-every: 0 }\n' }, ['g']],
  'nodes-list': [{}, ['2']],
} as const;
it.each(Object.entries(cases))('%s', async (name, [options, keys]) => {
  const out: string[] = [];
  for (const key of KEYS) {
    const fleet = await openFleet({ size: '120x24', ...options } as never);
    await fleet.press(...keys);
    const before = fleet.frame().split('\n');
    await fleet.press(key);
    await fleet.idle(300);
    const lines = fleet.frame().split('\n');
    const diff = lines.filter((line, at) => line !== before[at] && !/%/.test(line)).map((l) => l.trim()).slice(0, 3).join(' | ');
    out.push(`${key.padEnd(8)} ${diff.slice(0, 200)}`);
    await fleet.close();
  }
  console.log(`=== ${name}\n${out.join('\n')}`);
}, 120000);
