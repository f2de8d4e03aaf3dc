/** What is done to a VM: each is accepted at once, and its outcome is seen by the watch. */
const DONE = { warnings: [] };
const already = (feature, detail) => ({ warnings: [{ feature, detail }] });
const CTRL_ALT_DELETE = ['ctrl', 'alt', 'delete'].map((data) => ({ type: 'qcode', data }));

/** `changed` is called after each: the next poll should come soon. */
export function createPower({ drover: { FleetError }, vms, changed }) {
  async function send(vm, execute, signal, more = {}) {
    await vms.monitor(vm, { execute, ...more }, { signal, changes: true });
    changed();
    return DONE;
  }

  async function running(id, signal, verb) {
    const vm = await vms.find(id, signal);
    if (vm.process) return vm;
    throw new FleetError('op.conflict', `${vm.name} is stopped, so it can't be ${verb}`);
  }

  async function resume(vm, signal) {
    if (vm.state === 'running') return already('vm.resume', 'it runs already');
    return send(vm, vm.state === 'suspended' ? 'system_wakeup' : 'cont', signal);
  }

  return {
    async start(id, signal) {
      const vm = await vms.find(id, signal);
      if (vm.state === 'running') return already('vm.start', 'it runs already');
      if (vm.process) return resume(vm, signal);
      await vms.start(vm, signal);
      changed();
      return DONE;
    },
    async stop(id, how, signal) {
      const vm = await vms.find(id, signal);
      if (!vm.process) return already('vm.stop', 'it is off already');
      return send(vm, how === 'force' ? 'quit' : 'system_powerdown', signal);
    },
    /** QEMU has no button for a reboot: a guest is asked as by the keys of a keyboard. */
    async restart(id, how, signal) {
      const vm = await running(id, signal, 'restarted');
      if (how === 'force') return send(vm, 'system_reset', signal);
      return send(vm, 'send-key', signal, { arguments: { keys: CTRL_ALT_DELETE } });
    },
    async pause(id, signal) {
      const vm = await running(id, signal, 'paused');
      return vm.state === 'paused' ? already('vm.pause', 'it is paused already') : send(vm, 'stop', signal);
    },
    resume: async (id, signal) => resume(await running(id, signal, 'resumed'), signal),
  };
}
