/** What seeded machines are called after: what such a host would run. */
const roles = {
  virtualMachine: [
    "web",
    "db",
    "mail",
    "build",
    "git",
    "proxy",
    "desktop",
    "monitor",
    "erp",
    "files",
    "test",
    "backup",
  ],
  paravirtual: ["router", "mirror", "ldap", "ntp", "print", "radius", "shell"],
  container: ["dns", "cache", "ci", "irc", "wiki", "vpn"],
} as const;

/**
 * Names of the machines of one host: each role once, then each role again with the next number, so that no two are the same.
 * @param prefix put before each name
 */
export function machineName(kind: keyof typeof roles, index: number, prefix: string): string {
  const names = roles[kind];
  const role = names[index % names.length] ?? "vm";
  return `${prefix}${role}-${Math.floor(index / names.length) + 1}`;
}
