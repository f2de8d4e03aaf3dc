import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { isEndpointName } from '../../ids.ts';
import type { Detected } from '../contract.ts';

const SOCKETS = ['/run/libvirt/virtqemud-sock', '/run/libvirt/libvirt-sock'];

/** libvirt on this machine: its daemon's socket, or at least /dev/kvm, without which a daemon would be of little use. */
export async function detectHere(): Promise<readonly Detected[]> {
  const name = isEndpointName(hostname()) ? hostname() : 'localhost';
  const here: Detected[] = [];
  const socket = SOCKETS.find((path) => existsSync(path));
  if (socket !== undefined) here.push({ name, why: `${socket} is there`, values: { transport: 'unix' } });
  else if (existsSync('/dev/kvm')) {
    here.push({ name, why: '/dev/kvm is there, but no libvirt daemon yet', values: { transport: 'unix' } });
  }
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const session = `${runtime}/libvirt/libvirt-sock`;
  if (runtime !== undefined && existsSync(session)) {
    here.push({
      name: `${name}-session`,
      why: `${session} is there`,
      values: { transport: 'unix', driver: 'qemu:///session' },
    });
  }
  return here;
}
