import { type DataError, ErrorList } from "../data/data-error.js";
import { Located } from "../data/located.js";
import type { InnerData } from "../data/tree.js";
import type { YangSchema } from "../schema-node.js";
import { LeafIndexes } from "../xpath/leaf-index.js";
import { TreeEvaluation } from "../xpath/tree-evaluation.js";
import { Checker } from "./check.js";
import { ConstraintTable } from "./constraints.js";
import { IncrementalCheck, withoutImpossible } from "./incremental.js";
import { RuleBook } from "./rules.js";

export interface ValidatorOptions {
  /** Whether the trees have state, whose constraints count too; else they are configuration. */
  readonly state?: boolean;
  readonly mostErrors?: number;
  /** What one condition may cost on one node. */
  readonly mostSteps?: number;
}

/** A tree with what is wrong with it. */
export interface Updated {
  /** The new tree, without nodes that the edit made impossible. */
  readonly tree: InnerData;
  readonly errors: readonly DataError[];
}

/**
 * Checks trees of one schema against all constraints of RFC 7950. It keeps indexes from one tree to the next, so one
 * validator belongs to one datastore.
 */
export class Validator {
  readonly schema: YangSchema;
  readonly #options: ValidatorOptions;
  readonly #book: RuleBook;
  readonly #indexes = new LeafIndexes();
  #table: ConstraintTable | undefined;

  constructor(schema: YangSchema, options: ValidatorOptions = {}) {
    this.schema = schema;
    this.#options = options;
    this.#book = new RuleBook(schema, options.state ?? true);
  }

  /**
   * Checks everything.
   * @param tree of the root, or of a structure
   * @returns all that is wrong, up to the limit; nothing for a valid tree
   * @see RFC 7950, section 8.1
   */
  validate(tree: InnerData): readonly DataError[] {
    const checker = this.#checker(tree);
    checkMusts(checker, checker.evaluation.root);
    checker.all(checker.evaluation.root);
    return checker.errors.errors;
  }

  /**
   * Checks an operation's input or output, or a notification, which also sees the datastore.
   * @param at finds the container or entry that an action or a notification within data belongs to; else the root
   */
  validateInstance(
    instance: InnerData,
    datastore: InnerData,
    at: (root: Located) => Located = (root) => root,
  ): readonly DataError[] {
    const evaluation = this.#evaluation(datastore, (root) => new Located(instance, at(root)));
    const checker = new Checker(this.#book, evaluation, new ErrorList(this.#options.mostErrors));
    const located = evaluation.instance as Located;
    checkMusts(checker, located);
    checker.all(located);
    return checker.errors.errors;
  }

  /**
   * Checks what an edit can have made wrong, and takes out nodes whose `when` it made false: they leave with the edit, unless
   * the edit itself put them there, which is an error.
   * @param before a valid tree
   * @see RFC 7950, section 8.2.1 and 8.3
   */
  update(before: InnerData, after: InnerData): Updated {
    this.#table ??= new ConstraintTable(this.schema, this.#book);
    const tree = withoutImpossible(this.#table, before, after, (one) => this.#checker(one));
    const checker = this.#checker(tree);
    new IncrementalCheck(checker, this.#book, this.#table, before, tree).run();
    return { tree, errors: checker.errors.errors };
  }

  /** Evaluates expressions on a tree with the indexes that validation uses. */
  evaluation(tree: InnerData): TreeEvaluation {
    return this.#evaluation(tree);
  }

  #evaluation(tree: InnerData, instance?: (root: Located) => Located): TreeEvaluation {
    const { mostSteps } = this.#options;
    return new TreeEvaluation(this.schema, tree, {
      indexes: this.#indexes,
      ...(mostSteps === undefined ? {} : { mostSteps }),
      ...(instance ? { instance } : {}),
    });
  }

  #checker(tree: InnerData): Checker {
    return new Checker(this.#book, this.#evaluation(tree), new ErrorList(this.#options.mostErrors));
  }
}

/** Those of an input, output, notification or structure itself. */
function checkMusts(checker: Checker, located: Located): void {
  const { schema } = located.node;
  if (schema.kind === "root" || !("must" in schema)) return;
  for (const condition of schema.must) checker.must(located, condition);
}
