import type { VolumeOps } from '../../contract.ts';
import type { Host } from '../host/host-call.ts';
import { onVolume } from '../storage/volume-of.ts';
import { download } from './download.ts';
import { untilTakenBack } from './given-up.ts';
import { upload } from './upload.ts';

/** Bytes to and from the volumes of a host, over libvirt's own streams: no login is needed for them. */
export const createTransfers = (host: Host): Required<Pick<VolumeOps, 'upload' | 'download'>> => ({
  upload: (_of, spec, source, signal) => untilTakenBack(host.daemon, signal, upload(host, spec, source, signal)),
  download: (id, to, signal) =>
    onVolume(host, 'volume', id, signal, (call, volume) => download(host, call, volume, to)),
});
