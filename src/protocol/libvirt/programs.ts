/** Numbers of the programs that share one connection. */
export const programs = { remote: 0x2000_8086, qemu: 0x2000_8087, keepalive: 0x6b65_6570 } as const;

/** The version every program has. */
export const PROGRAM_VERSION = 1;
