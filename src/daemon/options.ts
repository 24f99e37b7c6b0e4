import { accessOptions, groupsOption } from "./access-options.js";
import { parseNetwork, parseSocketAddress } from "./addresses.js";
import { checkHostUri } from "./host-uri.js";
import {
  boolean,
  type Complaint,
  choice,
  integer,
  list,
  optionalParsed,
  optionalSecret,
  optionalText,
  parsed,
  requiredParsed,
  requiredSecret,
  requiredText,
  type Shape,
  table,
  tables,
  text,
} from "./option.js";

/** Host names are SNMP context names (at most 32 octets), YANG keys and parts of paths. */
const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

/**
 * Everything that can be configured: the one place from which the checks, `--help`, the sample file, the manual page and the type
 * `Configuration` come.
 */
export const options = {
  gateway: table("The gateway itself.", {
    name: optionalText({
      help: "What it calls itself (sysName). Without it: the computer's name.",
      longest: 255,
      example: "gateway.example.net",
    }),
  }),

  host: tables("hosts", 1000, "A hypervisor or container host to serve: one libvirt connection.", {
    name: requiredText({
      help: "Its name everywhere: SNMP context, key in YANG, part of paths.",
      bounds: "letters, digits, dots, dashes and underscores, at most 32",
      example: "kvm1",
      check: (value) =>
        HOST_NAME.test(value)
          ? undefined
          : {
              problem: `is ${JSON.stringify(value)}, which is not a host name`,
              advice: "use 1 to 32 letters, digits, dots, dashes and underscores, beginning with a letter or digit",
            },
    }),
    uri: requiredText({
      help: "libvirt's URI of the host, as virsh -c takes it.",
      bounds: "qemu, lxc, xen, openvz, test and other drivers, through a local socket, SSH or TLS",
      example: "qemu:///system",
      check: checkHostUri,
    }),
    ca_file: optionalText({
      help: "For TLS: the authority that the host's certificate must come from. Without it: /etc/pki/CA/cacert.pem.",
      bounds: "an absolute path of a PEM file",
      example: "/etc/virtgate/libvirt-ca.pem",
      check: absolutePath,
    }),
    cert_file: optionalText({
      help: "For TLS: the gateway's client certificate. Without it: /etc/pki/libvirt/clientcert.pem.",
      bounds: "an absolute path of a PEM file",
      example: "/etc/virtgate/libvirt-client.pem",
      check: absolutePath,
    }),
    key_file: optionalText({
      help: "For TLS: that certificate's key. Without it: /etc/pki/libvirt/private/clientkey.pem.",
      bounds: "an absolute path of a PEM file",
      example: "/etc/virtgate/libvirt-client-key.pem",
      check: absolutePath,
    }),
    sasl_user: optionalText({
      help: "For a daemon that asks for a user and a password (SASL, SCRAM-SHA-256): the user.",
      longest: 255,
      example: "virtgate",
      check: notEmpty,
    }),
    sasl_password_file: optionalText({
      help: "For that: the file that holds the password and nothing else, readable by the gateway's user alone.",
      bounds: "an absolute path",
      example: "/var/lib/virtgate/kvm1.password",
      check: absolutePath,
    }),
    ssh_password_file: optionalText({
      help: "For SSH without a key: the file that holds the password and nothing else, readable by the gateway's user alone.",
      bounds: "an absolute path",
      example: "/var/lib/virtgate/kvm1.ssh-password",
      check: absolutePath,
    }),
    ssh_passphrase_file: optionalText({
      help: "For SSH with an encrypted key: the file that holds its passphrase and nothing else, likewise.",
      bounds: "an absolute path",
      example: "/var/lib/virtgate/kvm1.passphrase",
      check: absolutePath,
    }),
    allow_write: boolean({
      help: "Whether machines of this host may be changed. Without it the read-only socket is used.",
      default: false,
    }),
    state_interval_ms: integer({
      help: "How often states and cheap counters are read, of at most 2500 machines a second; events are seen at once.",
      default: 2000,
      least: 500,
      most: 60_000,
      unit: "milliseconds",
    }),
    statistics_interval_ms: integer({
      help: "How often everything that machines' monitors must be asked for is read, of at most 500 machines a second.",
      default: 5000,
      least: 1000,
      most: 600_000,
      unit: "milliseconds",
    }),
    call_timeout_ms: integer({
      help: "How long a machine's monitor may take to answer before the machine is set apart as stuck.",
      default: 2000,
      least: 500,
      most: 60_000,
      unit: "milliseconds",
    }),
  }),

  snmp: table("The SNMP agent.", {
    enabled: boolean({ help: "Whether it listens.", default: true, reload: "listener" }),
    addresses: list({
      help: "Where it listens, UDP. Everything is on loopback until given another address.",
      default: ["127.0.0.1:1161"],
      reload: "listener",
      most: 16,
      bounds: "address:port, IPv6 in brackets",
      example: ["127.0.0.1:1161", "[::1]:1161"],
      parse: (item) => parseSocketAddress(item, 0),
    }),
    tcp: boolean({ help: "Whether it listens for TCP there, too.", default: true, reload: "listener" }),
    tls_addresses: list({
      help: "Where it listens for SNMP over TLS; usually port 10161. Clients are known by their certificates.",
      default: [],
      reload: "listener",
      most: 16,
      bounds: "address:port, IPv6 in brackets",
      example: ["192.0.2.1:10161"],
      parse: (item) => parseSocketAddress(item, 0),
    }),
    tls_version: choice({
      help: "The oldest version of TLS that is spoken. Net-SNMP 5.9 as Debian 12 has it knows 1.0 only, which is weak.",
      of: ["1.0", "1.2", "1.3"],
      default: "1.2",
      reload: "listener",
    }),
    tls_ca_file: optionalText({
      help: "Authorities that clients' certificates may come from, PEM. Without it: only certificates known by fingerprint.",
      bounds: "an absolute path of a PEM file",
      example: "/etc/virtgate/clients-ca.pem",
      reload: "listener",
      check: absolutePath,
    }),
    tls_crl_file: optionalText({
      help: "Certificates that are no longer good, PEM. Read again at each reload and twice a day.",
      bounds: "an absolute path of a PEM file",
      example: "/etc/virtgate/clients-crl.pem",
      reload: "listener",
      check: absolutePath,
    }),
    max_message_size: integer({
      help: "The largest answer. More than 1472 octets do not pass an Ethernet in one piece.",
      default: 1472,
      least: 484,
      most: 65_507,
      unit: "octets",
      reload: "restart",
    }),
    write: choice({
      help: "What the gateway's own SNMPv3 user may set: nothing, notifications and their targets, or everything that can be set.",
      of: ["none", "notifications", "all"],
      default: "none",
    }),
    requests_per_second: integer({
      help: "How many requests one community, or one user without authentication, may send from one address. SNMPv3 users with keys may send twenty times as many; loopback is not slowed down.",
      default: 1000,
      least: 10,
      most: 1_000_000,
      unit: "requests per second",
      reload: "restart",
    }),
    contact: optionalText({
      help: "Who is responsible (sysContact). Without it: what a manager has set.",
      longest: 255,
      example: "ops@example.net",
    }),
    location: optionalText({
      help: "Where it stands (sysLocation). Without it: what a manager has set.",
      longest: 255,
      example: "Rack 12",
    }),
    user: tables("users", 64, "An SNMPv3 user with passwords, beside the gateway's own.", {
      name: requiredText({
        help: "His name.",
        bounds: "1 to 32 octets",
        example: "nms",
        longest: 32,
        check: notEmpty,
      }),
      auth: choice({
        help: "How his messages are authenticated.",
        of: ["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"],
        default: "SHA-256",
      }),
      auth_password: requiredSecret({
        help: "The password for that.",
        bounds: "8 to 255 octets",
        example: "change-me-1",
        longest: 255,
        check: longEnough,
      }),
      priv: choice({
        help: "How his messages are encrypted.",
        of: ["DES", "AES", "AES-192", "AES-256", "AES-192-C", "AES-256-C"],
        default: "AES",
      }),
      priv_password: requiredSecret({
        help: "The password for that.",
        bounds: "8 to 255 octets",
        example: "change-me-2",
        longest: 255,
        check: longEnough,
      }),
      write: choice({
        help: "What he may set, as snmp.write has it for the gateway's own user. With groups, these decide it.",
        of: ["none", "notifications", "all"],
        default: "none",
      }),
      groups: groupsOption("he is"),
    }),
    tls_user: tables("tlsUsers", 256, "Whoever shows a certificate over TLS.", {
      fingerprint: requiredParsed({
        help: "SHA-256 of his certificate, or of the authority that it comes from; openssl x509 -fingerprint -sha256 tells it.",
        bounds: "hexadecimal, with or without colons",
        example: "6E:D1:12:15:B4:FC:A0:40:E7:5E:23:4F:24:70:B8:C5:98:F5:8E:69:DF:FB:2F:38:4C:D9:F4:08:0D:8C:AB:67",
        parse: parseFingerprint,
      }),
      map: choice({
        help: "Where his name is taken from: it is specified here, or the certificate has it.",
        of: ["specified", "email", "dns", "ip", "any", "commonName"],
        default: "specified",
      }),
      name: requiredText({
        help: "His name; where the certificate has it, the name it must have.",
        bounds: "1 to 32 octets",
        example: "nms",
        longest: 32,
        check: notEmpty,
      }),
      write: choice({
        help: "What he may set, as snmp.write has it. With groups, these decide it.",
        of: ["none", "notifications", "all"],
        default: "none",
      }),
      groups: groupsOption("he is"),
    }),
    community: tables(
      "communities",
      64,
      "A community string that may read with SNMPv1 or v2c. None by default: SNMPv3 needs no clear-text password.",
      {
        name: requiredSecret({
          help: "The community string: a password that travels in clear text.",
          bounds: "1 to 255 octets",
          example: "change-me",
          longest: 255,
          check: notEmpty,
        }),
        version: choice({ help: "Which version it is accepted in.", of: ["v1", "v2c"], default: "v2c" }),
        source: list({
          help: "The networks it is accepted from.",
          default: ["127.0.0.0/8", "::1/128"],
          most: 64,
          bounds: "networks in CIDR form",
          example: ["192.0.2.0/24"],
          parse: parseNetwork,
        }),
        context: text({
          help: "The context it reads: a host's name, or empty for the default context.",
          default: "",
          longest: 32,
          example: "kvm1",
        }),
        groups: groupsOption("it is"),
      },
    ),
    notifications: table("Which notifications about machines are sent, until a manager decides otherwise.", {
      per_vm: boolean({ help: "One for each change of each machine (vmPerVMNotificationsEnabled).", default: true }),
      bulk: boolean({
        help: "One for all machines that changed alike within a short time (vmBulkNotificationsEnabled).",
        default: false,
      }),
      bulk_window_ms: integer({
        help: "How long changes are gathered for one bulk notification.",
        default: 1000,
        least: 10,
        most: 60_000,
        unit: "milliseconds",
      }),
    }),
    target: tables("targets", 64, "A manager that traps or informs are sent to.", {
      name: requiredText({
        help: "Its name, for messages and counters.",
        bounds: "1 to 32 octets",
        example: "nms1",
        longest: 32,
        check: notEmpty,
      }),
      transport: choice({
        help: "How they travel. TLS takes version v3: the sessions' certificates stand for both sides, instead of a user's keys.",
        of: ["udp", "tls"],
        default: "udp",
      }),
      server_fingerprint: optionalParsed({
        help: "For TLS: SHA-256 of its certificate. Without it, an authority in snmp.tls_ca_file must vouch for it.",
        bounds: "hexadecimal, with or without colons",
        example: "6E:D1:12:15:B4:FC:A0:40:E7:5E:23:4F:24:70:B8:C5:98:F5:8E:69:DF:FB:2F:38:4C:D9:F4:08:0D:8C:AB:67",
        parse: parseFingerprint,
      }),
      server_name: optionalText({
        help: 'For TLS without a fingerprint: whom the certificate must be for. Without it: the address; "*": anybody.',
        longest: 255,
        example: "nms1.example.net",
        check: notEmpty,
      }),
      address: requiredParsed({
        help: "Where it listens; usually UDP port 162, TLS port 10162.",
        bounds: "address:port, IPv6 in brackets",
        example: "192.0.2.10:162",
        parse: (value) => parseSocketAddress(value, 1),
      }),
      version: choice({ help: "The version of the traps.", of: ["v1", "v2c", "v3"], default: "v3" }),
      inform: boolean({
        help: "Whether it must acknowledge each, and is told again until it does. Version v3 needs a user with passwords.",
        default: false,
      }),
      timeout_ms: integer({
        help: "How long an acknowledgement may take before it is told again.",
        default: 5000,
        least: 100,
        most: 600_000,
        unit: "milliseconds",
      }),
      retries: integer({ help: "How often it is told again.", default: 3, least: 0, most: 255 }),
      user: optionalText({
        help: "The SNMPv3 user they are sent as. Without it: the gateway's own; over TLS the target's name, which needs no user.",
        longest: 32,
        example: "virtgate",
        check: notEmpty,
      }),
      community: optionalSecret({
        help: "The community string they carry, for versions v1 and v2c.",
        longest: 255,
        example: "change-me",
        check: notEmpty,
      }),
      context: optionalText({
        help: "Only traps of this context: a host's name. Without it: those of every host.",
        longest: 32,
        example: "kvm1",
      }),
      groups: groupsOption(
        "it is (for version v3 over UDP its user's decide; for v1 and v2c those of the same community, if there are none here)",
      ),
    }),
  }),

  access: accessOptions,

  web: table("The web port: health, metrics.", {
    enabled: boolean({ help: "Whether it listens.", default: true, reload: "listener" }),
    address: parsed({
      help: "Where it listens, TCP.",
      default: "127.0.0.1:8443",
      reload: "listener",
      bounds: "address:port, IPv6 in brackets",
      parse: (value) => parseSocketAddress(value, 0),
    }),
  }),

  state: table("What must survive a restart.", {
    directory: optionalText({
      help: "Where it is kept. Without it: $XDG_STATE_HOME/virtgate, else ~/.local/state/virtgate.",
      bounds: "an absolute path",
      example: "/var/lib/virtgate",
      reload: "restart",
      check: absolutePath,
    }),
  }),

  simulate: table("Simulated hosts, for trying things out.", {
    hosts: integer({
      help: "How many to serve beside the configured ones.",
      default: 0,
      least: 0,
      most: 100,
    }),
    machines: integer({
      help: "How many machines each has.",
      default: 12,
      least: 0,
      most: 10_000,
    }),
    seed: integer({
      help: "The same seed gives the same machines.",
      default: 1,
      least: 0,
      most: 4_294_967_295,
    }),
  }),

  log: table("What is written to standard error.", {
    level: choice({
      help: "The least important kind of message to write.",
      of: ["error", "warn", "info", "debug"],
      default: "info",
    }),
  }),
};

/** The whole configuration, every default filled in. Frozen. */
export type Configuration = Shape<typeof options>;
/** One `[[host]]`. */
export type HostConfiguration = Configuration["hosts"][number];

/** SHA-1, SHA-256, SHA-384 and SHA-512 can be told apart by their length. */
const hashOfDigits: Readonly<Record<number, number>> = { 40: 2, 64: 4, 96: 5, 128: 6 };

/** Reads a fingerprint into the standard's form, hexadecimal. @see RFC 6353, textual convention SnmpTLSFingerprint */
function parseFingerprint(value: string): { readonly hex: string } | Complaint {
  const digits = value.replaceAll(":", "");
  const hash = /^[0-9a-fA-F]*$/.test(digits) ? hashOfDigits[digits.length] : undefined;
  if (hash === undefined) {
    return { problem: "is not a fingerprint", advice: "write the 64 hexadecimal digits of the certificate's SHA-256" };
  }
  return { hex: `0${hash}${digits.toLowerCase()}` };
}

function longEnough(value: string): Complaint | undefined {
  return Buffer.byteLength(value) >= 8
    ? undefined
    : { problem: "has fewer than 8 octets", advice: "SNMPv3 wants at least 8; more are better" };
}

function absolutePath(value: string): Complaint | undefined {
  return value.startsWith("/")
    ? undefined
    : { problem: `${JSON.stringify(value)} is not absolute`, advice: "write the whole path, beginning with /" };
}

function notEmpty(value: string): Complaint | undefined {
  return value === "" ? { problem: "is empty", advice: "write something between the quotes" } : undefined;
}
