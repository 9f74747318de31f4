import { headerAt, nodeState, smartQuery, type NodeState } from "./node.js";
import {
  BlockMismatchError,
  GapError,
  HeightAboveTipError,
  HeightForgottenError,
  InconsistentAnswerError,
  InvalidArgumentError,
  NodeBehindError,
  NodesDisagreeError,
  ResumedError,
  UnknownGapError,
  WrongNetworkError,
} from "./errors.js";
import { get, hash, object } from "./read.js";
import { readStatus, type Certificate, type FinalStatus, type FinalityStatus } from "./status.js";
import type { Rpc } from "./rpc.js";

/** What the questions about finality need to know; made by `createBsnClient`. */
export interface Context {
  readonly rpc: Rpc;
  readonly address: string;
  readonly chainId: string | null;
  readonly agree: number;
  readonly maxBlockAgeMs: number;
  readonly now: () => number;
}

/** Between what a node says of its tip and the state that it answers from. */
const MAX_SKEW_BLOCKS = 20;

export const checkHeight = (height: number, argument = "height"): void => {
  if (!Number.isSafeInteger(height) || height < 1) throw new InvalidArgumentError(argument, `${height} is not a whole number from 1 on`);
};

/** `finality_status`, from as many nodes as must agree. */
export const finalityStatus = async (context: Context, height: number, signal?: AbortSignal): Promise<FinalityStatus> => {
  checkHeight(height);
  return agreed(height, await context.rpc.ask(context.agree, signal, (url) => statusFrom(context, url, height, signal)));
};

const statusFrom = async (context: Context, url: string, height: number, signal?: AbortSignal): Promise<FinalityStatus> => {
  const { answer, stateHeight, node } = await query(context, url, { finality_status: { height } }, signal);
  const status = readStatus(answer, stateHeight);
  checkStatus(status, url, height);
  if (status.block === "final") return status;
  checkFresh(context, url, node, stateHeight);
  if (height > stateHeight) throw new HeightAboveTipError(height, stateHeight);
  return status;
};

/** Asks the contract and the node itself; an answer of another chain counts for nothing, whatever it says. */
export const query = async (
  context: Context,
  url: string,
  msg: object,
  signal?: AbortSignal,
): Promise<{ answer: unknown; stateHeight: number; node: NodeState }> => {
  const [node, answer] = await Promise.allSettled([
    nodeState(context.rpc, url, signal),
    smartQuery(context.rpc, url, context.address, msg, signal),
  ]);
  if (node.status === "rejected") throw node.reason;
  const { chainId } = node.value;
  if (chainId !== (context.chainId ?? chainId)) throw new WrongNetworkError(url, context.chainId as string, chainId);
  if (answer.status === "rejected") throw answer.reason;
  return { ...answer.value, node: node.value };
};

/** Holds an answer to what every honest one fulfils. */
export const checkStatus = (status: FinalityStatus, url: string, height: number): void => {
  const { stateHeight } = status;
  if (status.height !== height) throw new InconsistentAnswerError(url, `asked for block ${height}, it shows ${status.height}`);
  if (status.block !== "final") return;
  const { certifiedBy } = status;
  // A certificate is later than its block, and no later than the state that knows it.
  if (certifiedBy !== null && !(height < certifiedBy && certifiedBy <= stateHeight))
    throw new InconsistentAnswerError(url, `in the state of height ${stateHeight} it calls block ${height} final by height ${certifiedBy}`);
};

/** Only `final` can be believed of a node that is behind: a final block stays final. */
const checkFresh = (context: Context, url: string, node: NodeState, stateHeight: number): void => {
  const fail = (why: string): never => {
    throw new NodeBehindError(url, node.tip, node.tipTime, why);
  };
  if (stateHeight > node.tip + MAX_SKEW_BLOCKS)
    throw new InconsistentAnswerError(url, `its last block is ${node.tip}, and its state is of height ${stateHeight}`);
  if (node.catchingUp) fail("is catching up");
  if (node.tip > stateHeight + MAX_SKEW_BLOCKS) fail(`answers from the state of height ${stateHeight}`);
  if (context.now() - Date.parse(node.tipTime) > context.maxBlockAgeMs) fail("has stopped");
};

/** One answer for several: final only where all say so, and of the same block. */
export const agreed = (height: number, answers: readonly [FinalityStatus, ...FinalityStatus[]]): FinalityStatus => {
  const settled = answers.filter(({ block }) => block === "final" || block === "resumed");
  const said = [...new Set(settled.map(({ block, blockHash }) => `${block} ${blockHash}`))];
  if (said.length > 1) throw new NodesDisagreeError(height, said);
  return answers.find((answer) => answer.block !== "final") ?? answers[0];
};

/** How much of a gap below the certificate the caller accepts. */
export interface Care {
  /**
   * How many heights directly below the certificate may lack a quorum. 0 by default: across a gap two branches could finalize
   * different heights without a double signature. A gap that is not known is larger than any (`UnknownGapError`).
   */
  readonly maxGap?: number;
  /** Give the last block that you relied on: from there up to the certificate every height must have quorum. */
  readonly unbrokenSince?: number;
}

const checkCare = ({ maxGap = 0, unbrokenSince }: Care, block: FinalBlock): void => {
  const { height, certifiedBy, gapBefore, certificate } = block;
  if (gapBefore > maxGap) throw new GapError(height, certifiedBy, `${gapBefore} heights below that have no quorum, ${maxGap} may`);
  if (unbrokenSince === undefined) return;
  const since = certificate?.unbrokenSince ?? null;
  if (since === null) throw new GapError(height, certifiedBy, "it is not known from where on every height has quorum");
  if (since > unbrokenSince) throw new GapError(height, certifiedBy, `only from ${since} on every height has quorum, not from ${unbrokenSince}`);
};

/** A block that can no longer be undone. */
export interface FinalBlock {
  readonly height: number;
  /** Hex in lower case; `null` if no hook of the chain saw the block. */
  readonly blockHash: string | null;
  /** Hex in lower case. */
  readonly appHash: string | null;
  readonly certifiedBy: number;
  readonly gapBefore: number;
  readonly certificate: Certificate | null;
}

/** Whether the answer will stay; throws of a block that will never be called final. */
export const isSettled = (status: FinalityStatus): status is FinalStatus => {
  const { height, block, voteAtHeight } = status;
  if (block === "resumed") throw new ResumedError(height);
  // Of a height that it has forgotten the contract says `pruned`, of one that it has not seen yet `none`.
  if (block === "unknown" && voteAtHeight.state !== "none") throw new HeightForgottenError(height);
  return block === "final";
};

/** Takes a final block if it is final enough for the caller. */
export const finalBlock = (status: FinalStatus, care: Care): FinalBlock => {
  const { height, blockHash, appHash, certifiedBy, gapBefore, certificate } = status;
  if (certifiedBy === null || gapBefore === null) throw new UnknownGapError(height);
  const block = { height, blockHash, appHash, certifiedBy, gapBefore, certificate };
  checkCare(care, block);
  return block;
};

/** The node's own block must be the one that is final. Its hash stands in the header above, which is there: a vote was on it. */
export const checkSameBlock = async ({ rpc }: Context, { height, blockHash }: FinalBlock, signal?: AbortSignal): Promise<void> => {
  if (blockHash === null) return;
  const [above] = await rpc.ask(1, signal, (url) => headerAt(rpc, url, height + 1, signal));
  const found = get(get(above, "last_block_id", object), "hash", hash);
  if (found !== blockHash) throw new BlockMismatchError(height, blockHash, found);
};
