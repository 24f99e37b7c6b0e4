import type { DomainFacts } from "../../protocol/libvirt/document/domain.js";

/** A domain's facts with everything that a defined machine has. */
export type MachineFacts = DomainFacts & { readonly uuid: string; readonly id: undefined };
