import { describe, expect, it } from 'vitest';
import { host1, isUp, openStage } from '../../../test/screens/light-stage.tsx';
import { look, painted } from '../../../test/screens/painted.ts';
import { aNode, aVm, cpuBlock } from '../../../test/state/objects.ts';
import type { Node, NodeInfo, Vm, VmInfo } from '../../platforms/contract.ts';
import type { EndpointStatus } from '../../state/fleet/fleet.ts';
import { gib } from '../../units.ts';
import { branchVms, endpointOverview, nodeOverview, poolOverview } from './group-tabs.ts';
import type { Loaded } from './load.ts';
import { consoleLog, vmDisks, vmNetworks, vmOverview } from './vm-tabs.ts';

const at = (hours: number, minutes = 0) => new Date(2026, 0, 1, hours, minutes).getTime();
const shown = (lines: readonly string[]) => lines.map(painted).join('\n');
const broken = { message: 'its disk is full, and nothing can be written any more', since: at(9) };
const loading = { state: 'loading' } as const;

function open(
  given: Partial<EndpointStatus> = {},
  vms: readonly Vm[] = [aVm('web1')],
  nodes: readonly Node[] = [aNode('n1')],
) {
  const light = openStage({ nodes, vms });
  light.store.setEndpoint(isUp({ since: at(11), ...given }));
  light.store.push(host1, {
    kind: 'samples',
    block: {
      ...cpuBlock(vms, 0.5),
      memory: new Float64Array(vms.length).fill(gib(0.5)),
      netRx: new Float32Array(vms.length).fill(2_048),
    },
  });
  light.store.push(host1, {
    kind: 'node-samples',
    samples: nodes.map(({ id }) => ({ node: id, at: 0, cpu: 0.7, memory: gib(32) })),
  });
  light.store.flush();
  return light;
}

describe('the overview of a VM', () => {
  const info: VmInfo = {
    state: 'running',
    disks: [],
    nics: [],
    snapshots: [],
    created: at(8),
    started: at(9),
    description: 'the web server',
    maxCpus: 8,
    maxMemory: gib(4),
    more: [['Firmware', 'uefi']],
  };
  const overview = (vm: Vm, loaded: Loaded<VmInfo> = loading, given: Partial<EndpointStatus> = {}, columns = 60) => {
    const { store } = open(given, [vm]);
    return shown(vmOverview(vm, loaded, store.fleet, columns, look));
  };

  it('F-131 F-132 has what its platform says of it by sections, behind what stands in none', () => {
    const more: VmInfo['more'] = [
      ['On crash', 'restart', 'Boot'],
      ['Owner', 'anna'],
      ['Video', 'virtio', 'Display'],
      ['Boots from', 'vda', 'Boot'],
    ];
    const text = overview(aVm('web1'), { state: 'ready', value: { ...info, more } });
    const at = ['Owner', '{header|Boot ', 'On crash', 'Boots from', '{header|Display', 'Video'].map((one) =>
      text.indexOf(one),
    );
    expect(at).not.toContain(-1);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
  });

  it('tells what is known of it', () => {
    const vm = aVm('web1', {
      ips: ['10.0.0.1', '10.0.0.2'],
      autostart: true,
      plan: 'small',
      profile: 'web',
      image: 'debian',
      tags: ['a', 'b'],
      rawState: 'powered on',
      bootedAt: Date.UTC(2026, 0, 1, 11),
    });
    const text = overview(vm, { state: 'ready', value: info });
    expect(text.replace(/since [\d-]+ +\S*/, 'since …')).toMatchInlineSnapshot(`
      "{dim|State        } {running|● running (powered on)                        }
      {dim|Node         } {text|n1 (endpoint host1)                           }
      {dim|CPU          } {gauge-low|█████}{gauge-empty|·····}  50% of 2 vCPUs                    
      {dim|Memory       } {gauge-low|█████}{gauge-empty|·····}  50% 512M of 1.0G                  
      {dim|CPU history  } {accent|                             ▅}                
      {dim|Uptime       } {text|1h0m, since …                  }
      {dim|Disk I/O     } {text|read -  write -                               }
      {dim|Network      } {text|in 2.0K/s  out -                              }
      {dim|IP           } {text|10.0.0.1 10.0.0.2                             }
      {dim|Autostart    } {text|yes                                           }
      {dim|Plan         } {text|small                                         }
      {dim|Profile      } {text|web                                           }
      {dim|Image        } {text|debian                                        }
      {dim|Tags         } {text|a b                                           }
      {dim|Max vCPUs    } {text|8                                             }
      {dim|Max memory   } {text|4.0G                                          }
      {dim|Created      } {text|2026-01-01 08:00                              }
      {dim|About        } {text|the web server                                }
      {dim|Running since} {text|2026-01-01 09:00                              }
      {header|Boot                                                        }
      {dim|Firmware     } {text|uefi                                          }"
    `);
  });

  it('tells little of what is little known', () => {
    const vm = { ...aVm('web1', { cpus: 1, state: 'stopped', autostart: undefined, node: 'gone' }), node: undefined };
    expect(overview(vm, { state: 'failed', message: 'not now' })).toMatchInlineSnapshot(`
      "{dim|State       } {stopped|○ stopped                                      }
      {dim|Node        } {text|none (endpoint host1)                          }
      {dim|CPU         } {gauge-low|█████}{gauge-empty|·····}  50% of 1 vCPU                      
      {dim|Memory      } {gauge-low|█████}{gauge-empty|·····}  50% 512M of 1.0G                   
      {dim|CPU history } {accent|                             ▅}                 
      {dim|Disk I/O    } {text|read -  write -                                }
      {dim|Network     } {text|in 2.0K/s  out -                               }
      {dim|IP          } {text|-                                              }
      {dim|More        } {warning|not now                                        }"
    `);
  });

  it('leaves what is as it is out', () => {
    const { maxCpus: _, maxMemory: __, started: ___, ...less } = info;
    const text = overview(aVm('web1'), {
      state: 'ready',
      value: { ...less, created: undefined, description: undefined },
    });
    expect(text).not.toMatch(/Max|Created|About|Running since|More/);
    expect(overview(aVm('web1'), { state: 'ready', value: { ...info, maxCpus: 2, maxMemory: gib(1) } })).not.toContain(
      'Max',
    );
  });

  it('says what is wrong before all else, and shows no old metrics', () => {
    const problem = { code: 'host.unreachable', message: 'no route to it' } as const;
    expect(
      overview(aVm('web1', { trouble: broken }), loading, { staleSince: at(10, 30), problem }),
    ).toMatchInlineSnapshot(`
      "{danger|! its disk is full, and nothing can be written any more}
      {danger|(since 09:00:00)}
      {warning|~ stale since 10:30:00: no route to it}
      {dim|State       } {warning|~ was running                                  }
      {dim|Last heard  } {warning|10:30:00                                       }
      {dim|Node        } {text|n1 (endpoint host1)                            }
      {dim|CPU         } {text|of 2 vCPUs                                     }
      {dim|Memory      } {text|of 1.0G                                        }
      {dim|IP          } {text|-                                              }
      {dim|Autostart   } {text|no                                             }
      {dim|More        } {dim|loading…                                       }"
    `);
    expect(overview(aVm('web1'), loading, { staleSince: at(10, 30) })).toContain(
      '{warning|~ stale since 10:30:00: not heard of}',
    );
  });
});

describe('what belongs to a VM', () => {
  const info = (given: Partial<VmInfo>): VmInfo => ({
    state: 'running',
    disks: [],
    nics: [],
    snapshots: [],
    created: undefined,
    description: undefined,
    more: [],
    ...given,
  });

  it('is its disks', () => {
    const disk = {
      device: 'vda',
      path: '/a/path/to/an/image.qcow2',
      size: gib(8),
      type: 'disk',
      format: 'qcow2',
      bus: 'virtio',
      storage: 'pool',
      readOnly: false,
      shareable: false,
    } as const;
    const other = {
      ...disk,
      device: 'sda',
      size: undefined,
      type: 'cdrom',
      format: undefined,
      bus: undefined,
      storage: undefined,
      readOnly: true,
      shareable: true,
    } as never;
    expect(shown(vmDisks(info({ disks: [disk, other] }), 40, look))).toMatchInlineSnapshot(`
      "vda  8.0G  qcow2  virtio  pool
        {dim|/a/path/to/an/image.qcow2}
      sda  -  cdrom  read-only  shareable
        {dim|/a/path/to/an/image.qcow2}"
    `);
    expect(shown(vmDisks(info({}), 40, look))).toBe('{dim|No disks.}');
    expect(vmDisks(info({ disks: [disk] }), 26, look)).toHaveLength(4);
  });

  it('is its networks', () => {
    const nics = [
      { device: 'eth0', net: 'lan', mac: '52:54:00:00:00:01', type: 'virtio', ips: ['10.0.0.1'] },
      { device: 'eth1', net: 'lan', vlan: 7, mac: '52:54:00:00:00:02' },
    ] as never;
    expect(shown(vmNetworks(info({ nics }), 60, look))).toBe(
      'eth0  lan  52:54:00:00:00:01  virtio  10.0.0.1\neth1  lan VLAN 7  52:54:00:00:00:02',
    );
    expect(shown(vmNetworks(info({}), 60, look))).toBe('{dim|No networks.}');
  });

  it('is what it wrote to its console', () => {
    const log = (text: string, taken?: number) => shown(consoleLog({ text, at: taken }, 10, look));
    expect(log('one\n\ntwo\n\n  \n')).toBe('one\n\ntwo');
    expect(log('one', at(9))).toBe('{dim|As of 2026-01-01 09:00.}\none');
    expect(log(' \n')).toBe('{dim|Nothing was written yet.}');
    const most = `${'x'.repeat(131_065)}\nlast`;
    expect(log(most)).not.toContain('Only its end');
    expect(log(`${'x'.repeat(3)}${most}`)).toMatch(/^\{dim\|Only its end is shown; .*\}\nlast$/);
  });
});

describe('the overview of a node', () => {
  const overview = (
    node: Node,
    info: Loaded<NodeInfo> = loading,
    given: Partial<EndpointStatus> = {},
    columns = 60,
  ) => {
    const { store, state, stage } = open(
      given,
      [aVm('web1'), aVm('db1', { state: 'paused' }), aVm('old', { state: 'stopped' })],
      [node],
    );
    return shown(nodeOverview(node, state.sums.ofNode(node.id), info, store.fleet, stage.advice, columns, look));
  };

  it('tells its load, its VMs and what the platform says', () => {
    const lines = [
      ['System', 'OS', 'Debian'],
      ['System', 'Kernel', '6.1'],
      ['Storage', 'pool', '8G'],
    ] as const;
    expect(overview(aNode('n1'), { state: 'ready', value: { facts: {}, lines } })).toMatchInlineSnapshot(`
      "{dim|State       } {running|■ up                                           }
      {dim|CPU         } {gauge-middle|███████}{gauge-empty|···}  70% of 8 CPUs                      
      {dim|Memory      } {gauge-low|█████}{gauge-empty|·····}  50% 32G of 64G                     
      {dim|VMs         } {text|3: 1 running                                   }
      {dim|Others      } {text|1 paused, 0 crashed, 1 off                     }
      {dim|VM disks    } {text|read -  write -                                }
      {dim|VM networks } {text|in 6.0K/s  out -                               }
      {dim|Address     } {text|10.0.0.1                                       }
      {dim|Version     } {text|test                                           }
      {header|System                                                      }
      {dim|OS          } {text|Debian                                         }
      {dim|Kernel      } {text|6.1                                            }
      {header|Storage                                                     }
      {dim|pool        } {text|8G                                             }"
    `);
    expect(
      overview(aNode('n1'), { state: 'ready', value: { facts: {}, lines } }, {}, 100)
        .split('\n')
        .at(-1),
    ).toMatch(/^\{dim\|pool/);
  });

  it('says what is wrong with it and with its endpoint, and shows no old metrics', () => {
    const problem = { code: 'trust.unknown-host', message: 'not trusted', fix: 'drover endpoint trust host1' } as const;
    const node: Node = { ...aNode('n1'), state: 'maintenance', address: undefined, version: '', trouble: broken };
    expect(
      overview(node, { state: 'failed', message: 'not now' }, { staleSince: at(10), problem, droppedEvents: 12 }),
    ).toMatchInlineSnapshot(`
      "{danger|! its disk is full, and nothing can be written any more}
      {warning|~ stale since 10:00:00}
      {danger|not trusted}
      {accent|press T (Trust host key) on host1}
      {dim|State       } {warning|~ was maintenance                              }
      {dim|Last heard  } {warning|10:00:00                                       }
      {dim|VMs         } {text|3: 1 running                                   }
      {dim|Others      } {text|1 paused, 0 crashed, 1 off                     }
      {dim|Events      } {warning|12 too many to be shown since 11:00:00         }
      {dim|More        } {warning|not now                                        }"
    `);
  });
});

describe('the overview of a group', () => {
  it('of a pool counts apart what is neither up nor down, neither on nor off', () => {
    const { state } = open(
      {},
      [aVm('web1', { state: 'stopped' }), aVm('db1', { state: 'migrating' })],
      [aNode('n1'), { ...aNode('n2'), state: 'maintenance' }],
    );
    const rates = { diskRead: 0, diskWrite: 0, netRx: 0, netTx: 0 };
    const text = shown(
      poolOverview(
        state.sums.ofAll(() => true),
        new Map(),
        rates,
        60,
        look,
      ),
    );
    expect(text).toContain('1 up, 0 down, 1 in other states');
    expect(text).toContain('0 paused, 0 crashed, 1 off, 1 in other states');
  });

  it('of a pool tells what it adds up to', () => {
    const { state, store } = open(
      {},
      [aVm('web1'), aVm('db1', { state: 'crashed' })],
      [aNode('n1'), { ...aNode('n2'), state: 'down' }],
    );
    const sum = state.sums.ofAll(() => true);
    const rates = { diskRead: 2048, diskWrite: Number.NaN, netRx: 0, netTx: 1 };
    expect(shown(poolOverview(sum, new Map([['QEMU 7', 2]]), rates, 60, look))).toMatchInlineSnapshot(`
      "{dim|Nodes       } {text|1 up, 1 down                                   }
      {dim|CPU         } {gauge-middle|███████}{gauge-empty|···}  70% of 16 CPUs                     
      {dim|Memory      } {gauge-low|█████}{gauge-empty|·····}  50% 64G of 128G                    
      {dim|VMs         } {text|2: 1 running                                   }
      {dim|Others      } {text|0 paused, 1 crashed, 0 off                     }
      {dim|VM disks    } {text|read 2.0K/s  write -                           }
      {dim|VM networks } {text|in 0B/s  out 1B/s                              }
      {dim|Density     } {text|1.0 VMs per node                               }
      {dim|Version     } {text|QEMU 7 on 2                                    }"
    `);
    expect(shown(poolOverview({ ...sum, nodes: 0 }, new Map(), rates, 60, look))).toContain(
      '{dim|Density     } {text|-   ',
    );
    expect(store.fleet.vms.size).toBe(2);
  });

  it('of an endpoint tells how it is connected', () => {
    const { stage } = open();
    const overview = (given: Partial<EndpointStatus>) =>
      shown(endpointOverview(isUp({ since: at(11), ...given }), stage.advice, 60, look));
    expect(overview({ readOnly: 'its configuration says so' })).toMatchInlineSnapshot(`
      "{dim|Phase       } {text|up                                             }
      {dim|Since       } {text|11:00:00                                       }
      {dim|Platform    } {text|fake                                           }
      {dim|Address     } {text|root@host1                                     }
      {dim|Read-only   } {text|its configuration says so                      }"
    `);
    expect(overview({ staleSince: at(10) })).toMatch(/was up.*\n.*Last heard/);
    expect(overview({ phase: 'down', staleSince: at(10) })).toMatch(/Phase +\} \{danger\|down/);
    expect(overview({ phase: 'blocked' })).toContain('{danger|blocked');
    expect(overview({ phase: 'connecting' })).toContain('{text|connecting');
    const problem = { code: 'trust.unknown-host', message: 'not trusted', fix: 'drover endpoint trust host1' } as const;
    expect(overview({ phase: 'blocked', problem }).split('\n').slice(0, 2)).toEqual([
      '{danger|not trusted}',
      '{accent|press T (Trust host key) on host1}',
    ]);
  });

  it('lists the VMs of a node or pool, those outside of the window as blank lines', () => {
    const vms = [aVm('a-name-of-some-length'), aVm('b', { state: 'stopped' }), aVm('c'), aVm('d')];
    const { store } = open({}, vms);
    const ids = vms.map(({ id }) => id);
    const list = (first: number, rows: number) => shown(branchVms(ids, store.fleet, first, rows, 30, look));
    expect(list(0, 2)).toMatchInlineSnapshot(`
      "{running|● running  }  50% a-name-of-som
                       e-length
      {stopped|○ stopped  }  50% b

      "
    `);
    expect(list(2, 1)).toMatchInlineSnapshot(`
      "

      {running|● running  }  50% c
      "
    `);
    const stale = open({ staleSince: at(9) }, vms);
    expect(shown(branchVms(ids, stale.store.fleet, 2, 1, 30, look))).toContain('{dim|~ running  }    - c');
    expect(shown(branchVms([], store.fleet, 0, 5, 30, look))).toBe('{dim|No VMs.}');
  });
});
