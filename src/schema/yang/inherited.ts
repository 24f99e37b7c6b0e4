import { type NodeCommon, none } from "./finished-nodes.js";
import { ages, statusOf } from "./linked-module.js";
import type { YangStatus } from "./module.js";
import type { NodeDraft } from "./node-draft.js";
import { checkAugmented, extensionsOf, xpathOf } from "./node-rules.js";
import type { DataParent, MustCondition, SchemaParent, WhenCondition } from "./schema-node.js";
import { argumentOf } from "./statement.js";
import { YangError } from "./yang-error.js";

/** What a node takes over from those above it. */
export interface Inherited {
  readonly parent: SchemaParent;
  readonly dataParent: DataParent;
  readonly config: boolean;
  readonly status: YangStatus;
  /** Whether `config` has a meaning: not below operations, notifications and structures. */
  readonly isData: boolean;
}

/**
 * What every node has, from its draft and from above.
 * @throws {YangError} when the two do not go together
 */
export function commonOf(draft: NodeDraft, inherited: Inherited, id: number): NodeCommon {
  const config = configOf(draft, inherited);
  const status = statusIn(draft, inherited);
  if (draft.augmentedBy && config && inherited.isData) checkAugmented(draft);
  return {
    id,
    name: draft.name,
    module: draft.module.public,
    parent: inherited.parent,
    dataParent: inherited.dataParent,
    config,
    status,
    description: draft.description,
    reference: draft.reference,
    when: whensOf(draft),
    ifFeatures: draft.ifFeatures ?? none,
    extensions: draft.extensions ? extensionsOf(draft.extensions) : none,
  };
}

function configOf({ config, name }: NodeDraft, inherited: Inherited): boolean {
  if (!inherited.isData) return false;
  if (config === undefined) return inherited.config;
  if (config.value && !inherited.config) {
    throw new YangError(`${name} is configuration below what is not`, config.place);
  }
  return config.value;
}

/** @see RFC 7950, section 7.21.2 */
export function statusIn({ statement, name }: NodeDraft, inherited: Inherited): YangStatus {
  const written = argumentOf(statement, "status") !== undefined;
  if (!written) return inherited.status;
  const own = statusOf(statement);
  if (ages[own] < ages[inherited.status]) {
    throw new YangError(`${name} is ${own} below what is ${inherited.status}`, statement.place);
  }
  return own;
}

function whensOf({ when, module }: NodeDraft): readonly WhenCondition[] {
  if (!when) return none;
  const conditions = when.map(({ statement, scope, from }): WhenCondition => {
    const context = scope.xpathContext(module);
    return Object.freeze({ xpath: xpathOf(statement, context), context, from, place: statement.place });
  });
  return Object.freeze(conditions);
}

export function mustsOf({ must, module }: NodeDraft): readonly MustCondition[] {
  if (!must) return none;
  const conditions = must.map(({ statement, scope }) => {
    const context = scope.xpathContext(module);
    return Object.freeze({
      xpath: xpathOf(statement, context),
      context,
      errorMessage: argumentOf(statement, "error-message"),
      errorAppTag: argumentOf(statement, "error-app-tag"),
      place: statement.place,
    });
  });
  return Object.freeze(conditions);
}
