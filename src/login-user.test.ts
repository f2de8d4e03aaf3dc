import { expect, it } from 'vitest';
import { loginUserOf } from './login-user.ts';

it.each([
  ['rhel-9.4-x86_64.qcow2', 'cloud-user'],
  ['CentOS-Stream-GenericCloud-x86_64-10.qcow2', 'cloud-user'],
  ['CentOS-Stream-GenericCloud-8-20230109.qcow2', 'centos'],
  ['CentOS-7-x86_64-GenericCloud.qcow2', 'centos'],
  ['centos9stream', 'cloud-user'],
  ['centos8stream', 'centos'],
  ['fedora-coreos-44.qcow2', 'core'],
  ['rhcos-4.18.qcow2', 'core'],
  ['debian-13-genericcloud-arm64.qcow2', 'debian'],
  ['noble-server-cloudimg-amd64.img', 'ubuntu'],
  ['Fedora-Cloud-Base-44.qcow2', 'fedora'],
  ['Arch-Linux-x86_64-cloudimg.qcow2', 'arch'],
  ['openEuler-24.09-aarch64.qcow2', 'root'],
  ['freebsd-14.qcow2', 'freebsd'],
  ['cirros-0.6.img', 'cirros'],
  ['', 'root'],
])('F-286 the image %j has the user %s', (image, user) => expect(loginUserOf(image)).toBe(user));
