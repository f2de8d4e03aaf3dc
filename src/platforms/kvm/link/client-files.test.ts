import { expect, it } from 'vitest';
import { clientFiles } from './client-files.ts';

const NOTHING = { ca: undefined, cert: undefined, key: undefined };
const among =
  (...paths: string[]) =>
  (path: string) =>
    paths.includes(path);
const USER = ['/h/.pki/libvirt/clientcert.pem', '/h/.pki/libvirt/clientkey.pem'];
const SYSTEM = ['/etc/pki/libvirt/clientcert.pem', '/etc/pki/libvirt/private/clientkey.pem'];

it('takes the files that are named, else those of libvirt that are there, certificate and key together', () => {
  expect(clientFiles(NOTHING, '/h', among())).toEqual({});
  expect(clientFiles(NOTHING, '/h', among('/etc/pki/CA/cacert.pem', ...SYSTEM))).toEqual({
    ca: '/etc/pki/CA/cacert.pem',
    cert: SYSTEM[0],
    key: SYSTEM[1],
  });
  expect(clientFiles(NOTHING, '/h', among(...USER, ...SYSTEM))).toEqual({ cert: USER[0], key: USER[1] });
  expect(clientFiles(NOTHING, '/h', among('/h/.pki/libvirt/clientcert.pem', ...SYSTEM))).toMatchObject({
    cert: SYSTEM[0],
    key: SYSTEM[1],
  });
  const named = { ca: '/a', cert: '/b', key: '/c' };
  expect(clientFiles(named, '/h', among(...USER, ...SYSTEM))).toEqual(named);
  expect(clientFiles({ ...NOTHING, cert: '/b' }, '/h', among(...USER))).toEqual({ cert: '/b' });
});
