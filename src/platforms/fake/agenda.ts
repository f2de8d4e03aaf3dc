import type { Clock } from '../../clock.ts';

/**
 * What will happen in the simulated world. Its timers run only while a client is connected, so that a closed
 * connection keeps no process alive; what fell due meanwhile happens at the next `wake()`.
 */
export interface Agenda {
  /** The function that it answers takes the plan back. */
  plan(ms: number, happen: () => void): () => void;
  wake(): void;
  rest(): void;
}

export function createAgenda(clock: Clock): Agenda {
  interface Plan {
    readonly due: number;
    readonly happen: () => void;
    disarm: () => void;
  }
  const plans = new Set<Plan>();
  let awake = false;

  function arm(plan: Plan) {
    plan.disarm = clock.after(Math.max(0, plan.due - clock.ticks()), () => {
      plans.delete(plan);
      plan.happen();
    });
  }

  return {
    plan(ms, happen) {
      const plan: Plan = { due: clock.ticks() + ms, happen, disarm: () => {} };
      plans.add(plan);
      if (awake) arm(plan);
      return () => {
        plan.disarm();
        plans.delete(plan);
      };
    },
    wake() {
      if (awake) return;
      awake = true;
      for (const plan of plans) arm(plan);
    },
    rest() {
      awake = false;
      for (const plan of plans) plan.disarm();
    },
  };
}
