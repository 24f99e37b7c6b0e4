import { charArray, int32, list } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { text } from "../shapes.js";

/** Proving who the client is; the only procedures an unauthenticated client may call. */
export const authenticationProcedures = {
  authList: call(66, {}, { types: list(int32, 20) }),
  authSaslInit: call(67, {}, { mechlist: text }),
  authSaslStart: call(
    68,
    { mech: text, nil: int32, data: charArray(65_536) },
    { complete: int32, nil: int32, data: charArray(65_536) },
  ),
  authSaslStep: call(
    69,
    { nil: int32, data: charArray(65_536) },
    { complete: int32, nil: int32, data: charArray(65_536) },
  ),
  authPolkit: call(70, {}, { complete: int32 }),
} as const;
