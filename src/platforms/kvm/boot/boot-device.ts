/** What a guest can start from, as the settings boot and next-boot have it. */
export const BOOT_DEVICES = ['disk', 'cdrom', 'network'] as const;
export type BootDevice = (typeof BOOT_DEVICES)[number];

/** The value of one of them; undefined for one that is empty. */
export const bootDeviceIn = (value: unknown): BootDevice | undefined => BOOT_DEVICES.find((one) => one === value);
