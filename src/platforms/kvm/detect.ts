import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { isEndpointName } from '../../ids.ts';
import type { Detected } from '../contract.ts';

const SOCKETS = ['/run/libvirt/virtqemud-sock', '/run/libvirt/libvirt-sock'];

/** libvirt on this machine: its daemon's socket, or at least /dev/kvm, without which a daemon would be of little use. */
export const detectHere = async (): Promise<readonly Detected[]> =>
  detectOn({ host: hostname(), runtimeDir: process.env['XDG_RUNTIME_DIR'], isThere: existsSync });

interface Machine {
  readonly host: string;
  readonly runtimeDir: string | undefined;
  readonly isThere: (path: string) => boolean;
}

export function detectOn({ host, runtimeDir, isThere }: Machine): readonly Detected[] {
  const name = isEndpointName(host) ? host : 'localhost';
  const here: Detected[] = [];
  const socket = SOCKETS.find(isThere);
  if (socket !== undefined) here.push({ name, why: `${socket} is there`, values: { transport: 'unix' } });
  else if (isThere('/dev/kvm')) {
    here.push({ name, why: '/dev/kvm is there, but no libvirt daemon yet', values: { transport: 'unix' } });
  }
  const session = `${runtimeDir}/libvirt/libvirt-sock`;
  if (runtimeDir !== undefined && isThere(session)) {
    here.push({
      name: `${name}-session`,
      why: `${session} is there`,
      values: { transport: 'unix', driver: 'qemu:///session' },
    });
  }
  return here;
}
