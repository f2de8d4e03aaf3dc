/** Disks and NICs of a VM, as far as its file says them with `-drive` and `-nic`; other arguments are shown as they are. */

const valuesOf = (words, flag) =>
  words.flatMap((word, at) => (words[at - 1] === flag ? [word.split(',').map((one) => one.split('='))] : []));

export const disksIn = (words) =>
  valuesOf(words, '-drive').flatMap((pairs, at) => {
    const values = Object.fromEntries(pairs);
    if (!values.file) return [];
    return {
      device: values.id ?? `drive${at}`,
      path: values.file,
      size: undefined,
      type: values.media === 'cdrom' ? 'cdrom' : 'disk',
      format: ['qcow2', 'raw'].includes(values.format) ? values.format : undefined,
      bus: values.if,
      storage: undefined,
      readOnly: values.readonly === 'on',
      shareable: undefined,
    };
  });

export const nicsIn = (words) =>
  valuesOf(words, '-nic').flatMap(([[kind], ...pairs], at) => {
    const values = Object.fromEntries(pairs);
    return kind === 'none'
      ? []
      : { device: `net${at}`, mac: values.mac ?? '', net: values.br ?? kind, type: values.model };
  });
