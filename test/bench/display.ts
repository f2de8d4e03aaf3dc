/**
 * A guest that scrolls at full speed, in a terminal of 120x40: `node test/bench/display.ts [--minutes=10]`. Once as it is, once
 * with the terminal at the far end of a line of 128 kbit/s and 300 ms, once with the VNC server there. The kernel's token bucket
 * shapes the line, in a network namespace of its own; half of the round trip is added at each end. Needs root, QEMU, cpio and a
 * kernel in /boot; `--minutes` also lets it run for so long, for its memory. One line of JSON.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from '../labs/command.ts';
import { thisMachine } from './machine.ts';

const ENDS = fileURLToPath(new URL('./display-ends.ts', import.meta.url));
const RATE = { kilobits: 128, roundTripMs: 300 };
/** A packet must fit into the bucket, or it never leaves. */
const SHAPE = `ip link set lo mtu 1500 up && tc qdisc add dev lo root tbf rate ${RATE.kilobits}kbit burst 1600 latency 1s`;
const LONGEST_MS = 20 * 60_000;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '0' } } });
const node = `exec ${process.execPath} --expose-gc ${ENDS}`;
const measured = async (line: string) => JSON.parse(await run(['unshare', '--net', 'sh', '-c', line], LONGEST_MS));

const figures = {
  machine: thisMachine(),
  plain: await measured(`ip link set lo up && ${node} none 0`),
  'terminal far away': await measured(`${SHAPE} && ${node} terminal ${RATE.roundTripMs / 2}`),
  'vnc far away': await measured(`${SHAPE} && ${node} vnc ${RATE.roundTripMs / 2}`),
  ...(values.minutes !== '0' && { memory: await measured(`ip link set lo up && ${node} none 0 ${values.minutes}`) }),
};
console.log(JSON.stringify(figures));
