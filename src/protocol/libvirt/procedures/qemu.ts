import { int32, int64, uint32 } from "../../../codec/xdr/shape.js";
import { call, event } from "../procedure.js";
import { domain, maybe, text } from "../shapes.js";

/** Program qemu: the monitor and the guest agent, raw. Procedure 7 passes file descriptors, which a plain stream cannot, and is left out. */
export const qemuProcedures = {
  qemuDomainMonitorCommand: call(1, { dom: domain, cmd: text, flags: uint32 }, { result: text }),
  qemuDomainAttach: call(2, { pidValue: uint32, flags: uint32 }, { dom: domain }),
  qemuDomainAgentCommand: call(3, { dom: domain, cmd: text, timeout: int32, flags: uint32 }, { result: maybe(text) }),
  qemuConnectDomainMonitorEventRegister: call(
    4,
    { dom: maybe(domain), event: maybe(text), flags: uint32 },
    { callbackId: int32 },
  ),
  qemuConnectDomainMonitorEventDeregister: call(5, { callbackId: int32 }, {}),
  qemuDomainMonitorEvent: event(6, {
    callbackId: int32,
    dom: domain,
    event: text,
    seconds: int64,
    micros: uint32,
    details: maybe(text),
  }),
  qemuDomainMonitorCommandWithFiles: call(7, { dom: domain, cmd: text, flags: uint32 }, { result: text }),
} as const;
