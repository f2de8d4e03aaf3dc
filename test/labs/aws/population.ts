import { openMachineRoom } from './machine-room.ts';
import { REGION } from './region.ts';

/** Names as people, and attackers, give them. */
export const ODD_NAMES: readonly string[] = [
  'name with  spaces',
  `it's "quoted"`,
  'rocket 🚀 fleet',
  'right\u202eto left',
  'red \u001b[31malert\u001b[0m',
  'x'.repeat(200),
];

const TOGETHER = 120;
const FEW = 3;

/** Fills the account with so many instances. Resolves with the ids of those that run and have figures. */
export async function populate(endpoint: string, vms: number): Promise<readonly string[]> {
  const room = openMachineRoom(endpoint);
  try {
    // What was launched together is one reservation: the first of it is not all of it.
    const web = await room.launch('web', Math.min(TOGETHER, Math.ceil(vms / 2)));
    const kcli = [
      { Key: 'Name', Value: 'db-primary' },
      { Key: 'plan', Value: 'shop' },
      { Key: 'profile', Value: 'large' },
      { Key: 'env', Value: 'prod' },
    ];
    const [db = ''] = await room.launch('db-primary', 1, {
      InstanceType: 'm5.large',
      TagSpecifications: [{ ResourceType: 'instance', Tags: kcli }],
    });
    await room.launch('sleeper', 1, { HibernationOptions: { Configured: true } });
    await room.launch('bargain', 1, { InstanceMarketOptions: { MarketType: 'spot' } });
    await room.launch('member', FEW, {
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'Name', Value: 'member' },
            { Key: 'aws:autoscaling:groupName', Value: 'workers' },
          ],
        },
      ],
    });
    for (const name of ODD_NAMES) await room.launch(name, 1);
    const [off = ''] = await room.launch('off', 1);
    await room.power(off, 'stopped');
    await room.terminate(await room.launch('gone', FEW));
    const zones = ['a', 'b', 'c'];
    for (let made = await room.count(); made < vms; made++) {
      const AvailabilityZone = `${REGION}${zones[made % zones.length]}`;
      await room.launch(`app-${String(made).padStart(4, '0')}`, 1, { Placement: { AvailabilityZone } });
    }
    return [db, ...web.slice(0, 40)];
  } finally {
    room.close();
  }
}
