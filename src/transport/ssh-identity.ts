import { readFile } from "node:fs/promises";
import type { AnyAuthMethod } from "ssh2";
import ssh2 from "ssh2";
import { Fault, reasonOf } from "../base/fault.js";
import type { Secret } from "../base/secret.js";

/** A way to prove who we are. */
export const sshWays = ["agent", "privkey", "password", "keyboard-interactive"] as const;
export type SshWay = (typeof sshWays)[number];

/** What there is to prove who we are with; files are read for each connection, so that changed ones are used at once. */
export interface SshIdentity {
  readonly user: string;
  /** Private keys, each in a file. */
  readonly keyFiles: readonly string[];
  /** Whether those were chosen by somebody, so that one that cannot be used is a mistake. */
  readonly chosen: boolean;
  /** The socket of an agent. */
  readonly agent?: string | undefined;
  /** Opens encrypted keys. */
  readonly passphrase?: (() => Promise<Secret>) | undefined;
  readonly password?: (() => Promise<Secret>) | undefined;
  /** In which order, and which at all. */
  readonly ways: readonly SshWay[];
}

/** What is offered to a server, and how that is called in messages. */
export interface SshProofs {
  readonly methods: readonly AnyAuthMethod[];
  readonly described: readonly string[];
}

/**
 * Everything that can be offered to a server.
 * @throws {Fault} `invalid` for a chosen key that is missing or none, `denied` when its passphrase is missing or wrong
 */
export async function gatherProofs(identity: SshIdentity): Promise<SshProofs> {
  const methods: AnyAuthMethod[] = [];
  const described: string[] = [];
  const offer = (method: AnyAuthMethod, description: string): void => {
    methods.push(method);
    described.push(description);
  };
  const { user: username, agent, password } = identity;
  for (const way of identity.ways) {
    if (way === "agent" && agent !== undefined) offer({ type: "agent", username, agent }, "the keys of the ssh agent");
    if (way === "privkey") {
      for (const file of identity.keyFiles) {
        const key = await readKey(file, identity);
        if (key) offer({ type: "publickey", username, key }, `the key ${file}`);
      }
    }
    if (way === "password" && password)
      offer({ type: "password", username, password: (await password()).reveal() }, "a password");
    if (way === "keyboard-interactive" && password) {
      const secret = await password();
      offer({ type: "keyboard-interactive", username, prompt: answerWith(secret) }, "an answer to its question");
    }
  }
  return { methods, described };
}

type Prompt = Extract<AnyAuthMethod, { type: "keyboard-interactive" }>["prompt"];

/** Answers the one hidden question, which is for the password; anything else is not for a program to answer. */
function answerWith(secret: Secret): Prompt {
  return (_name, _instructions, _language, prompts, finish) => {
    const [question] = prompts;
    finish(prompts.length === 1 && question?.echo === false ? [secret.reveal()] : []);
  };
}

/** @returns `undefined` for a key that nobody chose and that cannot be used as it is */
async function readKey(file: string, { chosen, passphrase }: SshIdentity) {
  let text: Buffer;
  try {
    text = await readFile(file);
  } catch (error) {
    if (!chosen) return undefined;
    const what = (error as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : reasonOf(error);
    throw new Fault("invalid", `the key ${file} cannot be read: ${what}; name another with ?keyfile=`, {
      cause: error,
    });
  }
  const plain = parse(text);
  if (!(plain instanceof Error)) return plain;
  const encrypted = /encrypted|passphrase/i.test(plain.message);
  if (!encrypted) {
    if (!chosen) return undefined;
    throw new Fault("invalid", `${file} is no private key that can be used: ${plain.message}`);
  }
  if (!passphrase) {
    if (!chosen) return undefined;
    const how = "give its passphrase with --passphrase-file, or load the key into an ssh agent";
    throw new Fault("denied", `the key ${file} is encrypted: ${how}`);
  }
  const opened = parse(text, (await passphrase()).reveal());
  if (!(opened instanceof Error)) return opened;
  throw new Fault("denied", `the passphrase does not open the key ${file}: try it with ssh-keygen -yf ${file}`);
}

function parse(text: Buffer, passphrase?: string) {
  const found = ssh2.utils.parseKey(text, passphrase);
  if (found instanceof Error) return found;
  const [key] = Array.isArray(found) ? found : [found];
  if (key === undefined) return new Error("there is no key in it");
  return key.isPrivateKey() ? key : new Error("it is a public key");
}
