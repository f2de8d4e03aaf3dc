/** Figures of the past, as PVE::RRD answers them. */
import type { World, WorldGuest } from './world.ts';

/** As of Proxmox VE 8: seconds of a step, and how many there are. */
const STEPS: Readonly<Record<string, readonly [seconds: number, count: number]>> = {
  hour: [60, 60],
  day: [1_800, 70],
  week: [10_800, 70],
  month: [43_200, 70],
  year: [604_800, 70],
};
/** Steps since the guest is there: those before have a time alone. */
const KEPT = 5;

/** GET …/rrddata. What is not known is left out; the newest step is not whole yet. */
export function historyOf({ clock }: World, { config }: WorldGuest, timeframe: string): readonly object[] {
  const [seconds, count] = STEPS[timeframe] ?? [60, 0];
  const newest = Math.floor(clock.now() / 1000 / seconds) * seconds;
  const maxmem = Number(config['memory']) * 1024 ** 2;
  return Array.from({ length: count }, (_, step) => {
    const time = newest - (count - 1 - step) * seconds;
    if (step < count - KEPT || step === count - 1) return { time };
    const figures = { cpu: 0.25, maxcpu: 1, mem: maxmem / 2, maxmem, netin: 1024.5, netout: 512, diskread: 0 };
    return { time, ...figures, diskwrite: 2048, disk: 0, maxdisk: 8 * 1024 ** 3 };
  });
}
