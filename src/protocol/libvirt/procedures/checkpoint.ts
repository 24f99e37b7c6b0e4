import { int32, list, uint32 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { checkpoint, domain, maybe, text } from "../shapes.js";

/** Checkpoints and backups of a domain. */
export const checkpointProcedures = {
  domainCheckpointCreateXml: call(411, { dom: domain, xmlDesc: text, flags: uint32 }, { checkpoint: checkpoint }),
  domainCheckpointGetXmlDesc: call(412, { checkpoint: checkpoint, flags: uint32 }, { xml: text }),
  domainListAllCheckpoints: call(
    413,
    { dom: domain, needResults: int32, flags: uint32 },
    { checkpoints: list(checkpoint, 16_384), ret: int32 },
  ),
  domainCheckpointListAllChildren: call(
    414,
    { checkpoint: checkpoint, needResults: int32, flags: uint32 },
    { checkpoints: list(checkpoint, 16_384), ret: int32 },
  ),
  domainCheckpointLookupByName: call(415, { dom: domain, name: text, flags: uint32 }, { checkpoint: checkpoint }),
  domainCheckpointGetParent: call(416, { checkpoint: checkpoint, flags: uint32 }, { parent: checkpoint }),
  domainCheckpointDelete: call(417, { checkpoint: checkpoint, flags: uint32 }, {}),
  domainBackupBegin: call(421, { dom: domain, backupXml: text, checkpointXml: maybe(text), flags: uint32 }, {}),
  domainBackupGetXmlDesc: call(422, { dom: domain, flags: uint32 }, { xml: text }),
} as const;
