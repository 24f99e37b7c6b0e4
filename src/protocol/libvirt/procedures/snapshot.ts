import { int32, list, uint32 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { domain, snapshot, text } from "../shapes.js";

/** Snapshots of a domain. */
export const snapshotProcedures = {
  domainSnapshotCreateXml: call(185, { dom: domain, xmlDesc: text, flags: uint32 }, { snap: snapshot }),
  domainSnapshotGetXmlDesc: call(186, { snap: snapshot, flags: uint32 }, { xml: text }),
  domainSnapshotNum: call(187, { dom: domain, flags: uint32 }, { num: int32 }),
  domainSnapshotListNames: call(188, { dom: domain, maxnames: int32, flags: uint32 }, { names: list(text, 16_384) }),
  domainSnapshotLookupByName: call(189, { dom: domain, name: text, flags: uint32 }, { snap: snapshot }),
  domainHasCurrentSnapshot: call(190, { dom: domain, flags: uint32 }, { result: int32 }),
  domainSnapshotCurrent: call(191, { dom: domain, flags: uint32 }, { snap: snapshot }),
  domainRevertToSnapshot: call(192, { snap: snapshot, flags: uint32 }, {}),
  domainSnapshotDelete: call(193, { snap: snapshot, flags: uint32 }, {}),
  domainSnapshotGetParent: call(244, { snap: snapshot, flags: uint32 }, { snap: snapshot }),
  domainSnapshotNumChildren: call(246, { snap: snapshot, flags: uint32 }, { num: int32 }),
  domainSnapshotListChildrenNames: call(
    247,
    { snap: snapshot, maxnames: int32, flags: uint32 },
    { names: list(text, 16_384) },
  ),
  domainSnapshotIsCurrent: call(271, { snap: snapshot, flags: uint32 }, { current: int32 }),
  domainSnapshotHasMetadata: call(272, { snap: snapshot, flags: uint32 }, { metadata: int32 }),
  domainListAllSnapshots: call(
    274,
    { dom: domain, needResults: int32, flags: uint32 },
    { snapshots: list(snapshot, 16_384), ret: int32 },
  ),
  domainSnapshotListAllChildren: call(
    275,
    { snapshot: snapshot, needResults: int32, flags: uint32 },
    { snapshots: list(snapshot, 16_384), ret: int32 },
  ),
} as const;
