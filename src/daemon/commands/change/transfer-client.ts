import { Fault, type FaultCode, reasonOf } from "../../../base/fault.js";
import type { VolumePiece } from "../../../inventory/hypervisor-storage.js";
import { type ControlConnection, type ControlOctets, openControl } from "../../../transport/control-client.js";
import { orderGateway } from "../../ask-gateway.js";
import { REFUSED } from "../../control-order.js";
import { controlPath } from "../../control-path.js";
import {
  openTransferPath,
  putTransferPath,
  type TransferAnswer,
  takeTransferPath,
  zerosHeader,
} from "../../transfer-orders.js";

const TIMEOUT_MS = 30_000;
const NOTHING = Buffer.alloc(0);

/** Opens a transfer, for the change that is to take it up. */
export async function openTransfer(state: string): Promise<string> {
  return (await orderGateway<TransferAnswer>(state, openTransferPath, {})).id;
}

/** Sends pieces until there are no more. @throws {Fault} why the gateway takes no more, or what `pieces` throws */
export async function sendPieces(state: string, id: string, pieces: AsyncIterable<VolumePiece>): Promise<void> {
  await connected(state, async (connection) => {
    const put = async (query: string, octets: Buffer): Promise<void> => {
      const path = `${putTransferPath}?id=${encodeURIComponent(id)}${query}`;
      while (checked(await connection.post(path, octets)).status === 202);
    };
    for await (const piece of pieces) {
      if ("zeroBytes" in piece) await put(`&zeros=${piece.zeroBytes}`, NOTHING);
      else await put("", Buffer.from(piece.octets));
    }
    await put("&end", NOTHING);
  });
}

/** What the gateway has, a piece at a time. @throws {Fault} why there is no more */
export async function receivePieces(
  state: string,
  id: string,
  take: (piece: VolumePiece) => Promise<void>,
): Promise<void> {
  const path = `${takeTransferPath}?id=${encodeURIComponent(id)}`;
  await connected(state, async (connection) => {
    for (;;) {
      const { status, headers, octets } = checked(await connection.post(path, NOTHING));
      if (status === 204) return;
      if (status === 202) continue;
      const zeros = headers[zerosHeader];
      await take(zeros === undefined ? { octets } : { zeroBytes: BigInt(String(zeros)) });
    }
  });
}

async function connected(state: string, work: (connection: ControlConnection) => Promise<void>): Promise<void> {
  const connection = openControl(controlPath(state), TIMEOUT_MS);
  try {
    await work(connection);
  } finally {
    connection.close();
  }
}

function checked(answer: ControlOctets): ControlOctets {
  if (answer.status < 300) return answer;
  if (answer.status !== REFUSED) throw new Fault("driver-failed", `the gateway answered with status ${answer.status}`);
  const { code, message } = refused(answer.octets);
  throw new Fault(code, message);
}

function refused(octets: Buffer): { code: FaultCode; message: string } {
  try {
    return JSON.parse(octets.toString()) as { code: FaultCode; message: string };
  } catch (error) {
    return { code: "driver-failed", message: `the gateway's answer is cut off: ${reasonOf(error)}` };
  }
}
