/** Where nothing goes wrong by itself: here every chore must succeed. */
export const STEADY = 'steady';

/** One endpoint for each kind of trouble, beside a large one that is well. */
export const FLEET = `endpoints:
  ${STEADY}: { platform: fake, vms: 2000, seed: 1, events-every: 1 }
  flaky: { platform: fake, vms: 300, seed: 2, drop-every: 20, drop-for: 5, events-every: 2 }
  dead: { platform: fake, vms: 50, seed: 3, drop-every: 1, drop-for: 3 }
  failing: { platform: fake, vms: 100, seed: 4, fails: vm.start }
  losing: { platform: fake, vms: 100, seed: 5, loses: vm.start, drop-for: 3 }
  hanging: { platform: fake, vms: 200, seed: 6, hanging-node: 1, slow-node: 2, latency: 100 }
  changed: { platform: fake, vms: 20, seed: 7, host-key: changed }
`;
