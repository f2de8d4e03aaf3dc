/** What images are layered on, down to the last layer: as libvirt has it for volumes, else as the login reads it. */
import type { HostFiles } from '../host/host-files.ts';
import type { Storage } from './storage.ts';

export interface Image {
  readonly path: string;
  /** `raw` has no layers; undefined where it is not written anywhere. */
  readonly format: string | undefined;
  /** For the sentence about it: `used by web2`. */
  readonly user: string;
}

export interface Layer extends Image {
  /** The image that it was found under. */
  readonly top: Image;
}

export interface Layers {
  readonly layers: readonly Layer[];
  /** Images that may be layered on anything. */
  readonly dark: readonly Layer[];
}

export async function layersOf(
  images: readonly Image[],
  storage: Storage,
  files: HostFiles | undefined,
  signal: AbortSignal,
): Promise<Layers> {
  const layers: Layer[] = [];
  const dark: Layer[] = [];
  const seen = new Set<string>();
  let level: readonly Layer[] = images.map((image) => ({ ...image, top: image }));
  while (level.length > 0) {
    const open = level.filter(({ path, top }) => {
      const key = JSON.stringify([top.user, top.path, path]);
      return !seen.has(key) && seen.add(key);
    });
    const next: Layer[] = [];
    const unlisted: Layer[] = [];
    const below = (layer: Layer, backing: { readonly path: string; readonly format: string | undefined }) => {
      const { user, top } = layer;
      const found: Layer = { path: backing.path, format: backing.format, user, top };
      layers.push(found);
      next.push(found);
    };
    for (const layer of open) {
      if (layer.format === 'raw' || !layer.path.startsWith('/')) continue;
      const volume = storage.volumes.get(layer.path);
      if (volume?.backing) below(layer, volume.backing);
      else if (!volume && !storage.isMissing(layer.path)) unlisted.push(layer);
    }
    if (files && unlisted.length > 0) {
      const distinct = new Map(unlisted.map(({ path, format }) => [path, { path, format }]));
      const backings = await files.backings([...distinct.values()], signal);
      for (const layer of unlisted) {
        if (!backings.has(layer.path)) dark.push(layer);
        const backing = backings.get(layer.path);
        if (backing) below(layer, backing);
      }
    } else dark.push(...unlisted);
    level = next;
  }
  return { layers, dark };
}
