import { int32, int64, list, struct, uint32, uint64 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { domain, maybe, text, typedParameters } from "../shapes.js";

const fileSystem = struct({ mountpoint: text, name: text, fstype: text, devAliases: list(text, 256) });
const guestAddress = struct({ type: int32, addr: text, prefix: uint32 });
const guestInterface = struct({ name: text, hwaddr: maybe(text), addrs: list(guestAddress, 2048) });

/** Inside the guest: agent, console, keys, screen. */
export const domainGuestProcedures = {
  domainOpenConsole: call(201, { dom: domain, devName: maybe(text), flags: uint32 }, {}),
  domainInjectNmi: call(210, { dom: domain, flags: uint32 }, {}),
  domainScreenshot: call(211, { dom: domain, screen: uint32, flags: uint32 }, { mime: maybe(text) }),
  domainSendKey: call(
    226,
    { dom: domain, codeset: uint32, holdtime: uint32, keycodes: list(uint32, 16), flags: uint32 },
    {},
  ),
  domainOpenGraphics: call(249, { dom: domain, idx: uint32, flags: uint32 }, {}),
  domainGetHostname: call(277, { dom: domain, flags: uint32 }, { hostname: text }),
  domainFstrim: call(294, { dom: domain, mountPoint: maybe(text), minimum: uint64, flags: uint32 }, {}),
  domainSendProcessSignal: call(295, { dom: domain, pidValue: int64, signum: uint32, flags: uint32 }, {}),
  domainOpenChannel: call(296, { dom: domain, name: maybe(text), flags: uint32 }, {}),
  domainFsfreeze: call(335, { dom: domain, mountpoints: list(text, 256), flags: uint32 }, { filesystems: int32 }),
  domainFsthaw: call(336, { dom: domain, mountpoints: list(text, 256), flags: uint32 }, { filesystems: int32 }),
  domainGetTime: call(337, { dom: domain, flags: uint32 }, { seconds: int64, nseconds: uint32 }),
  domainSetTime: call(338, { dom: domain, seconds: int64, nseconds: uint32, flags: uint32 }, {}),
  domainOpenGraphicsFd: call(343, { dom: domain, idx: uint32, flags: uint32 }, {}),
  domainGetFsinfo: call(349, { dom: domain, flags: uint32 }, { info: list(fileSystem, 256), ret: uint32 }),
  domainInterfaceAddresses: call(
    353,
    { dom: domain, source: uint32, flags: uint32 },
    { ifaces: list(guestInterface, 2048) },
  ),
  domainSetUserPassword: call(357, { dom: domain, user: maybe(text), password: maybe(text), flags: uint32 }, {}),
  domainGetGuestVcpus: call(371, { dom: domain, flags: uint32 }, { params: typedParameters(64) }),
  domainSetGuestVcpus: call(372, { dom: domain, cpumap: text, state: int32, flags: uint32 }, {}),
  domainGetGuestInfo: call(418, { dom: domain, types: uint32, flags: uint32 }, { params: typedParameters(2048) }),
  domainAgentSetResponseTimeout: call(420, { dom: domain, timeout: int32, flags: uint32 }, { result: int32 }),
  domainAuthorizedSshKeysGet: call(424, { dom: domain, user: text, flags: uint32 }, { keys: list(text, 2048) }),
  domainAuthorizedSshKeysSet: call(425, { dom: domain, user: text, keys: list(text, 2048), flags: uint32 }, {}),
  domainGetMessages: call(426, { dom: domain, flags: uint32 }, { msgs: list(text, 2048) }),
  domainFdAssociate: call(443, { dom: domain, name: text, flags: uint32 }, {}),
} as const;
