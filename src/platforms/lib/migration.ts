/** What migrations of all platforms write alike: what stands against one, and whose part another endpoint takes. */
import { FleetError } from '../../errors.ts';
import {
  type MigrateSpec,
  type MigrationCheck,
  type MigrationPlan,
  type MigrationTarget,
  standingErrors,
  type Visit,
} from '../contract.ts';

export const ok = (name: string, text: string): MigrationCheck => ({ name, level: 'ok', text });
export const warning = (name: string, text: string): MigrationCheck => ({ name, level: 'warning', text });
export const error = (name: string, text: string, final = false): MigrationCheck => ({
  name,
  level: 'error',
  text,
  ...(final && { final }),
});

/** Throws op.refused with every error that still stands. `vm` is the VM's name. */
export function refuseFailed(vm: string, plan: Pick<MigrationPlan, 'checks'>, despite: readonly string[]): void {
  const errors = standingErrors(plan, despite);
  if (errors.length === 0) return;
  const open = errors.filter(({ final }) => final !== true).map(({ name }) => name);
  throw new FleetError('op.refused', `${vm} can't be moved: ${errors.map(spelledCheck).join('; ')}`, {
    fix:
      open.length === errors.length
        ? `correct that, or move it all the same: ${open.map((name) => `--despite ${name}`).join(' ')}`
        : 'correct that first',
  });
}

/** `memory: host2 has 4GiB free, and it needs 8GiB`. */
const spelledCheck = ({ name, text }: MigrationCheck): string => `${name}: ${text}`;

/** Rejects with op.unsupported what another platform has made. */
export async function runVisit<Result>(
  platform: string,
  visit: Visit<Result>,
  host: unknown,
  signal: AbortSignal,
): Promise<Result> {
  if (visit.platform === platform) return visit.run(host, signal);
  throw new FleetError('op.unsupported', `a VM of ${visit.platform} can't come to ${platform}`);
}

/** A warning where a user has asked for what the platform does not take. `title` is who decides it there. */
export function notPassedOn(title: string, { converge, maxDowntimeMs }: MigrateSpec): readonly MigrationCheck[] {
  const asked = [...(maxDowntimeMs === undefined ? [] : ['max-downtime']), ...(converge ? ['converge'] : [])];
  if (asked.length === 0) return [];
  return [warning('options', `${title} does not take ${asked.join(' and ')}, but what it is set to`)];
}

/** For platforms on which drover migrates nothing. */
export const noMigration = (title: string) => {
  const none = `drover migrates no VMs of ${title} yet`;
  const fromElsewhere = `${title} takes no VMs from other endpoints`;
  return {
    'vm.planMigrate': none,
    'vm.migrate': none,
    'node.planReceive': fromElsewhere,
    'node.receive': fromElsewhere,
  } as const;
};

/** A plan for each target, asked at once. What of one goes wrong is a check of its own: the others can be chosen. */
export const plansFor = (
  targets: readonly MigrationTarget[],
  plan: (target: MigrationTarget) => Promise<MigrationPlan>,
  signal: AbortSignal,
): Promise<readonly MigrationPlan[]> =>
  Promise.all(
    targets.map((target) =>
      plan(target).catch((problem: unknown): MigrationPlan => {
        if (signal.aborted || !(problem instanceof FleetError)) throw problem;
        return { node: target.node, checks: [error('node', problem.message, true)], copies: [], live: false };
      }),
    ),
  );
