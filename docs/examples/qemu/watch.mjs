/** The watch: the host is asked in each interval, and what is different is reported. */

export function createWatch({ drover: { watching }, context: { clock }, vms, facts, node, closed }) {
  const loops = new Set();

  const rowOf = ({ id, name, uuid, state, rawState, cpus, memory }) => ({
    id,
    name,
    uuid,
    node: node.id,
    pool: undefined,
    state,
    rawState,
    cpus,
    memory,
    ips: [],
    autostart: undefined,
    plan: undefined,
    profile: undefined,
    image: undefined,
    tags: [],
  });

  async function run({ sink, signal: caller, everyMs }) {
    const signal = AbortSignal.any([caller, closed]);
    if (signal.aborted) return;
    const sampler = createSampler({ watching, clock, hertz: facts.hertz });
    try {
      let rows = new Map();
      const read = async () => {
        const found = await vms.list(signal);
        return { found, now: new Map(found.map((vm) => [vm.id, rowOf(vm)])) };
      };
      const tellSamples = (found) => {
        const block = sampler.blockOf(found);
        if (block) sink({ kind: 'samples', block });
      };

      const first = await read();
      rows = first.now;
      sink({ kind: 'inventory', at: clock.now(), inventory: { pools: [], nodes: [node], vms: [...rows.values()] } });
      sink({ kind: 'complete', at: clock.now() });
      tellSamples(first.found);

      const loop = watching.createPollLoop({
        clock,
        signal,
        everyMs,
        soonMs: () => undefined,
        async round() {
          const { found, now } = await read();
          const changes = changesOf(rows, now);
          rows = now;
          sink(changes.length > 0 ? { kind: 'changes', at: clock.now(), changes } : { kind: 'alive', at: clock.now() });
          tellSamples(found);
        },
      });
      loops.add(loop);
      try {
        await loop.run();
      } finally {
        loops.delete(loop);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  return {
    run,
    wake() {
      for (const loop of loops) loop.wake();
    },
  };
}

function changesOf(before, now) {
  const changes = [];
  for (const [id, vm] of now) {
    if (JSON.stringify(before.get(id)) !== JSON.stringify(vm)) changes.push({ kind: 'vm-upsert', vm });
  }
  for (const id of before.keys()) if (!now.has(id)) changes.push({ kind: 'vm-remove', id });
  return changes;
}

/** Shares of the CPU, out of the ticks that two polls have seen; what was not seen twice is NaN. */
function createSampler({ watching, clock, hertz }) {
  let before = new Map();
  let ids = [];
  let beforeAt = 0;
  return {
    blockOf(found) {
      const [last, windowMs] = [before, clock.ticks() - beforeAt];
      const on = found.filter((vm) => vm.process);
      before = new Map(on.map((vm) => [vm.id, vm.process]));
      beforeAt = clock.ticks();
      // the store remembers where the ids of one and the same array go
      if (ids.join() !== on.map(({ id }) => id).join()) ids = on.map(({ id }) => id);
      if (last.size === 0 || ids.length === 0) return undefined;
      return watching.blockOf(ids, clock.now(), windowMs, (id, row) => {
        const [then, now] = [last.get(id), before.get(id)];
        if (then?.pid !== now.pid) return undefined;
        const seconds = (now.ticks - then.ticks) / hertz;
        return { cpu: watching.asShare(seconds / (windowMs / 1000) / on[row].cpus) };
      });
    },
  };
}
