import type { ImageId } from '../../../ids.ts';
import type { ImageOps } from '../../contract.ts';
import { type Host, onHost } from '../host/host-call.ts';
import type { Run } from '../host/host-files.ts';
import { createDeletion } from '../storage/volume-ops.ts';
import { untilTakenBack } from '../transfer/given-up.ts';
import { createImage } from './create-image.ts';
import { readImages } from './images.ts';

/** Images are volumes. `run`: a login on the host. `isTest`: of libvirt's test driver they are only listed. */
export const createImageOps = (host: Host, run: Run | undefined, isTest: boolean): ImageOps => ({
  list: (of, signal) => onHost(host, of, signal, (call) => readImages(host, call)),
  ...(!isTest && {
    create: (_of, spec, signal) => untilTakenBack(host.daemon, signal, createImage(host, run, spec, signal)),
    ...createDeletion<ImageId>(host, 'image'),
  }),
});
