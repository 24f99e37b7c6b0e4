import { Fault, reasonOf } from "../../../base/fault.js";
import type { OrderedAction } from "../../../engine/change/read-actions.js";
import { findStateDirectory } from "../../ask-gateway.js";
import type { CommandContext, ExitCode } from "../../command.js";
import { bytes } from "../../terminal.js";
import { readSize } from "./amount.js";
import { type ChangeOptions, carryOut, type Meanwhile } from "./carry-out.js";
import { openTransfer, receivePieces, sendPieces } from "./transfer-client.js";
import { placeOf, toldOf, volumeDocument } from "./volume.js";
import { openSink, openSource } from "./volume-file.js";

export interface UploadOptions extends ChangeOptions {
  readonly create?: true;
  readonly size?: string;
  readonly sparse?: true;
}

/** Writes a file into a volume: into one that is there, or into a new one that is not there when it fails. */
export async function uploadVolume(
  pool: string,
  volume: string,
  file: string,
  options: UploadOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const place = await placeOf(state, pool, volume);
  const { create, sparse = false } = options;
  if (options.size !== undefined && !create) throw new Fault("invalid", "--size is that of a new volume; add --create");
  if (sparse && !create)
    throw new Fault("invalid", "only a new volume reads as zeros where nothing is written; add --create");
  const source = await openSource(file);
  try {
    const { lengthBytes } = source;
    const capacityBytes = options.size === undefined ? lengthBytes : readSize(options.size, "size");
    if (create && capacityBytes === undefined) {
      throw new Fault("invalid", `${file} has no length of its own: say with --size how large the volume is to be`);
    }
    const transfer = options.dryRun ? "dry-run" : await openTransfer(state);
    const length = lengthBytes === undefined ? {} : { lengthBytes };
    const actions: OrderedAction[] = [
      ...(create
        ? [
            {
              do: "create-volume",
              ...place,
              document: volumeDocument({ name: volume, capacityBytes: capacityBytes ?? 0n, format: "raw" }),
            } as const,
          ]
        : []),
      { do: "upload-volume", ...place, transfer, ...length, ...(sparse && { sparse }) },
    ];
    const told = toldOf(place, lengthBytes === undefined ? "written" : `${bytes(Number(lengthBytes))} written`);
    const transferring = new Transferring(() => sendPieces(state, transfer, source.pieces(sparse)));
    const code = await carryOut(state, actions, told, options, terminal, transferring.run);
    if (code !== 0) transferring.tell(terminal);
    return code;
  } finally {
    await source.close();
  }
}

export interface DownloadOptions extends ChangeOptions {
  readonly sparse?: true;
}

/** Writes the content of a volume into a new file. */
export async function downloadVolume(
  pool: string,
  volume: string,
  file: string,
  options: DownloadOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const place = await placeOf(state, pool, volume);
  const sparse = options.sparse === true ? { sparse: true } : {};
  const action = { do: "download-volume", ...place, transfer: "dry-run", ...sparse } as const;
  if (options.dryRun) return carryOut(state, [action], toldOf(place, ""), options, terminal);
  const sink = await openSink(file);
  let isWhole = false;
  try {
    const transfer = await openTransfer(state);
    const told = toldOf(place, `written to ${file}`);
    const transferring = new Transferring(() => receivePieces(state, transfer, (piece) => sink.write(piece)));
    // On standard output there is the content and nothing else.
    const quiet = file === "-" ? { ...terminal, out: () => {} } : terminal;
    const code = await carryOut(state, [{ ...action, transfer }], told, options, quiet, transferring.run);
    if (code !== 0) transferring.tell(terminal);
    isWhole = code === 0;
    return code;
  } finally {
    await sink.close(isWhole);
  }
}

/** Octets on their way beside the job that has them moved: the job tells why it ended, this side only what is its own. */
class Transferring {
  readonly #move: () => Promise<void>;
  #failure: unknown;

  constructor(move: () => Promise<void>) {
    this.#move = move;
  }

  readonly run: Meanwhile = async (cancel) => {
    try {
      await this.#move();
    } catch (error) {
      this.#failure = error;
      await cancel();
    }
  };

  /** Tells a failure on this side, which the gateway knows as a cancelled job only. */
  tell(terminal: { err(text: string): void }): void {
    if (this.#failure !== undefined) terminal.err(`virtgate: ${reasonOf(this.#failure)}\n`);
  }
}
