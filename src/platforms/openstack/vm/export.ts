/** An image of a server that is off, which other servers can be made of (nova, action createImage). */
import { FleetError } from '../../../errors.ts';
import { imageId } from '../../../ids.ts';
import type { VmOps } from '../../contract.ts';
import { asRow, textOf } from '../../lib/json.ts';
import { takeBack } from '../../lib/take-back.ts';
import { imageMade, imagePath, refuseTakenImage } from '../image/one-image.ts';
import { needed, type Project, untilSo } from '../project.ts';
import { conflict, onServer } from '../server-call.ts';

/** A disk is copied into Glance. */
const COPY_MS = 580_000;

/** Resolves when it can be used. */
export const createExport =
  (project: Project): NonNullable<VmOps['export']> =>
  (id, { name, storage }, signal) =>
    onServer(project.calls, id, signal, async (call) => {
      const { cloud, clock } = project;
      const glance = needed(project.glance, 'Glance');
      if (storage !== '')
        throw new FleetError('op.refused', `${name}: images of Glance are in no storage that is chosen`, {
          fix: 'leave the storage out',
        });
      if (call.state !== 'stopped') throw conflict(call, 'is not off', 'shut it down first, or take a snapshot of it');
      await refuseTakenImage(project, glance, name, signal);
      const { body } = await call.change('POST', '/action', { createImage: { name } });
      const native = textOf(asRow(body, call.name), 'image_id') ?? '';
      try {
        const late = `${name}: Nova is still copying the disk of ${call.name}`;
        const row = await untilSo(
          clock,
          { signal, limitMs: COPY_MS, late },
          () => glance.get(imagePath(native), { signal, subject: name }),
          (now) => ['active', 'killed', 'deleted'].includes(textOf(now, 'status') ?? ''),
        );
        if (textOf(row, 'status') !== 'active')
          throw new FleetError('op.failed', `${name}: the image is ${textOf(row, 'status')}, not active`);
      } catch (error) {
        throw await takeBack(signal.aborted ? signal.reason : error, [imageMade(glance, native, name)]);
      }
      const detail = `its volumes are in ${name} as snapshots of Cinder, which stay when the image is deleted`;
      return {
        warnings: call.server.volumes.length > 0 ? [{ feature: 'vm.export', detail }] : [],
        id: imageId(cloud.endpoint, native),
      };
    });
