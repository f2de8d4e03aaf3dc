import type { PlatformFacts } from '../../testkit.ts';

/** What holds of a real cloud and of the pretended one; a real one takes longer. */
export const facts: PlatformFacts = {
  operations: [
    'vm.info',
    'vm.start',
    'vm.stop',
    'vm.restart',
    'vm.pause',
    'vm.resume',
    'vm.suspend',
    'vm.planDelete',
    'snapshot.list',
    'vm.delete',
    'vm.settings',
    'vm.configure',
    'console.serial',
    'console.output',
    'node.info',
  ],
  login: true,
  keepsDisks: false,
  pushesEvents: false,
  startTakesMs: 3_000,
  stopTakesMs: 3_000,
  guestsAnswer: true,
  samples: ['cpu', 'disk', 'net'],
  changes: {
    config: { name: 'renamed', description: 'changed by the suite', tags: 'a,b', plan: 'shop', profile: 'small' },
    running: { description: 'changed live', tags: 'live' },
  },
  prompt: /login: /,
};
