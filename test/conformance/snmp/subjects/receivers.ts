import { createSocket } from "node:dgram";
import type { DatagramPeer } from "../../../../src/base/channel.js";
import { encodeCommunityMessage, openMessage, readCommunityMessage } from "../../../../src/protocol/snmp/message.js";
import { decodePdu } from "../../../../src/protocol/snmp/pdu.js";
import type { Control, InformReceiver, Receiver } from "../subject.js";

/** Whoever notifications are sent to: one port for each version, and one that acknowledges informs when it is told to. */
export interface Receivers {
  readonly byVersion: Control["receivers"];
  readonly informed: InformReceiver;
  readonly peers: Readonly<Record<"v1" | "v2c" | "v3" | "informs", DatagramPeer>>;
  close(): Promise<void>;
}

export async function openReceivers(): Promise<Receivers> {
  const [v1, v2c, v3, informs] = [await open(), await open(), await open(), await open()];
  const informed: InformReceiver = { datagrams: informs.receiver.datagrams, answers: true };
  informs.socket.on("message", (octets, peer) => {
    const { community, pduOctets } = readCommunityMessage(openMessage(octets).rest);
    const pdu = decodePdu(pduOctets);
    if (!informed.answers || pdu.type !== "InformRequest") return;
    informs.socket.send(encodeCommunityMessage(1, community, { ...pdu, type: "Response" }), peer.port, peer.address);
  });
  return {
    informed,
    byVersion: { v1: v1.receiver, v2c: v2c.receiver, v3: v3.receiver },
    peers: { v1: v1.peer, v2c: v2c.peer, v3: v3.peer, informs: informs.peer },
    async close() {
      for (const { socket } of [v1, v2c, v3, informs]) socket.close();
    },
  };
}

async function open() {
  const socket = createSocket("udp4");
  const datagrams: { octets: Buffer; at: number }[] = [];
  socket.on("message", (octets) => datagrams.push({ octets, at: performance.now() }));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  socket.setRecvBufferSize(4 << 20);
  const receiver: Receiver = { datagrams };
  return { socket, receiver, peer: { address: "127.0.0.1", port: socket.address().port } };
}
