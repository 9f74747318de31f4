/** What went wrong, for `switch`: each class below has one of its own. */
export type BsnErrorCode =
  | "aborted"
  | "bad_deployment"
  | "block_mismatch"
  | "gap"
  | "height_above_tip"
  | "height_forgotten"
  | "height_pruned"
  | "inconsistent_answer"
  | "invalid_argument"
  | "malformed_answer"
  | "node_behind"
  | "node_unreachable"
  | "nodes_disagree"
  | "query_failed"
  | "resumed"
  | "rpc"
  | "tx_failed"
  | "tx_index_disabled"
  | "tx_rejected"
  | "unknown_gap"
  | "unverified"
  | "wait_timeout"
  | "wrong_address"
  | "wrong_network";

/** Everything that this package throws on purpose. */
export class BsnError extends Error {
  declare readonly code: BsnErrorCode;

  constructor(code: BsnErrorCode, message: string, fields?: object, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    // Not `new.target.name`, which a minifier changes.
    const name = `_${code}_error`.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    Object.assign(this, fields, { code, name });
  }
}

/** An argument makes no sense; nothing was asked of a node. */
export class InvalidArgumentError extends BsnError {
  declare readonly argument: string;

  constructor(argument: string, why: string) {
    super("invalid_argument", `${argument}: ${why}`, { argument });
  }
}

/** A deployment file does not have the form of `schema/deployment.json`. */
export class BadDeploymentError extends BsnError {
  declare readonly path: string;

  constructor(path: string, why: string) {
    super("bad_deployment", `deployment file: ${path} ${why}`, { path });
  }
}

/**
 * No answer, or none in JSON-RPC. A browser says no more than this about a node that does not allow the page's origin
 * (CometBFT's `cors_allowed_origins`, empty by default).
 */
export class NodeUnreachableError extends BsnError {
  declare readonly urls: readonly string[];

  constructor(urls: readonly string[], why: string, cause?: unknown) {
    super("node_unreachable", `no answer from ${urls.join(", ")}: ${why}`, { urls }, cause);
  }
}

/** The node answered with a JSON-RPC error that has no class of its own here. */
export class RpcError extends BsnError {
  declare readonly url: string;
  declare readonly method: string;
  declare readonly rpcCode: number;
  declare readonly detail: string;

  constructor(url: string, method: string, rpcCode: number, detail: string) {
    super("rpc", `${method} at ${url}: ${detail} (${rpcCode})`, { url, method, rpcCode, detail });
  }
}

/** The chain or the contract refused a query. */
export class QueryFailedError extends BsnError {
  declare readonly abciCode: number;
  declare readonly codespace: string;
  declare readonly log: string;

  constructor(abciCode: number, codespace: string, log: string) {
    super("query_failed", `the chain refused the query: ${log} (${codespace} ${abciCode})`, { abciCode, codespace, log });
  }
}

/** An answer lacks a field, or a field has the wrong type. */
export class MalformedAnswerError extends BsnError {
  declare readonly path: string;

  constructor(path: string, expected: string) {
    super("malformed_answer", `the answer's \`${path}\` is not ${expected}`, { path });
  }
}

/** The node is catching up or its last block is old, so that it cannot say that a block is not final yet. */
export class NodeBehindError extends BsnError {
  declare readonly url: string;
  declare readonly tip: number;
  declare readonly tipTime: string;

  constructor(url: string, tip: number, tipTime: string, why: string) {
    super("node_behind", `${url} ${why}: its last block is ${tip} of ${tipTime}`, { url, tip, tipTime });
  }
}

/** An answer contradicts itself or the question; such a node is broken or lies. */
export class InconsistentAnswerError extends BsnError {
  declare readonly url: string;

  constructor(url: string, why: string) {
    super("inconsistent_answer", `${url} contradicts itself: ${why}`, { url });
  }
}

/** Two nodes call different blocks of one height final. */
export class NodesDisagreeError extends BsnError {
  declare readonly height: number;
  declare readonly answers: readonly string[];

  constructor(height: number, answers: readonly string[]) {
    super("nodes_disagree", `the nodes disagree about block ${height}: ${answers.join(" against ")}`, { height, answers });
  }
}

/** The node serves another chain than the one expected. */
export class WrongNetworkError extends BsnError {
  declare readonly url: string;
  declare readonly expected: string;
  declare readonly actual: string;

  constructor(url: string, expected: string, actual: string) {
    super("wrong_network", `${url} serves ${actual}, not ${expected}`, { url, expected, actual });
  }
}

/** The address is none, has no contract, or its contract is not `bsn`. */
export class WrongAddressError extends BsnError {
  declare readonly address: string;
  declare readonly reason: "malformed" | "no_contract" | "not_bsn";

  constructor(address: string, reason: "malformed" | "no_contract" | "not_bsn", log: string) {
    super("wrong_address", `${address} is not the address of \`bsn\` (${reason}): ${log}`, { address, reason });
  }
}

/** The node has pruned the block, its results, or the state after it; ask an archive node. */
export class HeightPrunedError extends BsnError {
  declare readonly height: number;

  constructor(height: number, detail: string) {
    super("height_pruned", `the node no longer has height ${height}: ${detail}`, { height });
  }
}

/** The contract does not know the height: it has forgotten it (`anchor_retention_s`, a week by default) or never saw it. */
export class HeightForgottenError extends BsnError {
  declare readonly height: number;

  constructor(height: number) {
    super("height_forgotten", `the contract has forgotten block ${height}, or was not there yet`, { height });
  }
}

/** The chain has not reached the height. */
export class HeightAboveTipError extends BsnError {
  declare readonly height: number;
  declare readonly tip: number;

  constructor(height: number, tip: number) {
    super("height_above_tip", `height ${height} is above the chain's last block ${tip}`, { height, tip });
  }
}

/** Governance let finality go on without a quorum: this block will never be called final. */
export class ResumedError extends BsnError {
  declare readonly height: number;

  constructor(height: number) {
    super("resumed", `block ${height} will never be final: governance resumed finality above it`, { height });
  }
}

/** The block is final, but heights below its certificate have no quorum, more of them than allowed. */
export class GapError extends BsnError {
  declare readonly height: number;
  declare readonly certifiedBy: number;

  constructor(height: number, certifiedBy: number, why: string) {
    super("gap", `block ${height} is certified by ${certifiedBy}, but ${why}`, { height, certifiedBy });
  }
}

/**
 * The block is final, and the contract does not name its certificate: nobody knows how many heights below that have no quorum. So it
 * stays, of some blocks before an upgrade to 0.3.0.
 */
export class UnknownGapError extends BsnError {
  declare readonly height: number;

  constructor(height: number) {
    super("unknown_gap", `block ${height} is final, but by which height is not known`, { height });
  }
}

/** The node's block at the height is another than the one that the contract calls final. */
export class BlockMismatchError extends BsnError {
  declare readonly height: number;
  declare readonly certified: string;
  declare readonly found: string;

  constructor(height: number, certified: string, found: string) {
    super("block_mismatch", `block ${height} is ${certified}, the node shows ${found}`, { height, certified, found });
  }
}

/** The transaction is in a block and did nothing but pay its fee. */
export class TxFailedError extends BsnError {
  declare readonly txHash: string;
  declare readonly height: number;
  declare readonly txCode: number;
  declare readonly codespace: string;
  declare readonly log: string;

  constructor(txHash: string, height: number, txCode: number, codespace: string, log: string) {
    super("tx_failed", `transaction ${txHash} failed in block ${height}: ${log} (${codespace} ${txCode})`, { txHash, height, txCode, codespace, log });
  }
}

/** The node did not take the transaction into its mempool. */
export class TxRejectedError extends BsnError {
  declare readonly txHash: string;
  declare readonly txCode: number;
  declare readonly codespace: string;
  declare readonly log: string;

  constructor(txHash: string, txCode: number, codespace: string, log: string) {
    super("tx_rejected", `the node refused the transaction: ${log} (${codespace} ${txCode})`, { txHash, txCode, codespace, log });
  }
}

/** The node does not index transactions; wait for a height instead. */
export class TxIndexDisabledError extends BsnError {
  declare readonly url: string;

  constructor(url: string) {
    super("tx_index_disabled", `${url} does not index transactions`, { url });
  }
}

/** The wait took too long. `cause` is the last error, where the last round brought one. */
export class WaitTimeoutError extends BsnError {
  declare readonly timeoutMs: number;
  declare readonly lastState: string;

  constructor(timeoutMs: number, lastState: string, cause?: unknown) {
    super("wait_timeout", `not final after ${timeoutMs} ms; last: ${lastState}`, { timeoutMs, lastState }, cause);
  }
}

/** The caller's signal ended it; `cause` is the signal's reason. */
export class AbortedError extends BsnError {
  constructor(reason: unknown) {
    super("aborted", "by the caller", undefined, reason);
  }
}
