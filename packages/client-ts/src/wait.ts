import {
  AbortedError,
  HeightAboveTipError,
  InvalidArgumentError,
  NodeUnreachableError,
  TxFailedError,
  WaitTimeoutError,
  type NodeBehindError,
} from "./errors.js";
import { checkHeight, checkSameBlock, finalBlock, finalityStatus, isSettled, type Care, type Context, type FinalBlock } from "./finality.js";
import { findTx } from "./node.js";
import { isPassing, sleep } from "./rpc.js";
import type { FinalityStatus } from "./status.js";

/** How far a wait has come. */
export type Progress =
  /** The transaction is in no block yet. */
  | { readonly state: "tx_unseen"; readonly txHash: string }
  /** The chain has not reached the height. */
  | { readonly state: "above_tip"; readonly height: number; readonly tip: number }
  /** The block is there and no hook has seen it, or one above it, yet. */
  | { readonly state: "not_seen"; readonly height: number; readonly status: FinalityStatus }
  | { readonly state: "pending"; readonly height: number; readonly status: FinalityStatus }
  /** No node answers, or all are behind, for now. */
  | { readonly state: "node_unreachable" | "node_behind"; readonly error: NodeUnreachableError | NodeBehindError };

export interface WaitOptions extends Care {
  /** The block to wait for; this or `txHash`. */
  readonly height?: number;
  /** Waits for the block that holds this transaction; 64 hexadecimal characters in either case. */
  readonly txHash?: string;
  /** Gives up after so many milliseconds: 120,000 by default, `Infinity` for never. */
  readonly timeoutMs?: number;
  /** Milliseconds between two questions: 1,000 by default. */
  readonly pollMs?: number;
  /** A height further above the chain's last block than this is an error at once: 100 by default. */
  readonly maxAhead?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** A block that can no longer be undone, and the transaction that was waited for. */
export interface FinalBlockOfWait extends FinalBlock {
  /** Hex in upper case; `null` where a height was waited for. */
  readonly txHash: string | null;
}

/** What timers can hold, 25 days; beyond, there is no deadline. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const waitForFinality = async (context: Context, options: WaitOptions): Promise<FinalBlockOfWait> => {
  const { timeoutMs = 120_000, pollMs = 1_000, signal, onProgress } = options;
  checkTarget(options);
  if (!(timeoutMs > 0)) throw new InvalidArgumentError("timeoutMs", `${timeoutMs} is not above 0`);
  const deadline = timeoutMs > LONGEST_TIMER_MS ? null : AbortSignal.timeout(timeoutMs);
  const either = signal && deadline ? AbortSignal.any([signal, deadline]) : (signal ?? deadline ?? undefined);
  let last = null as Progress | null;
  let cause: unknown;
  try {
    for (let reached = false; ; ) {
      try {
        const found = await look(context, options, either);
        if (!isProgress(found)) return found;
        reached = true;
        cause = undefined;
        last = found;
      } catch (error) {
        // One that never answered is not worth waiting for.
        if (!isPassing(error) || (error instanceof NodeUnreachableError && !reached)) throw error;
        cause = error;
        last = { state: error instanceof NodeUnreachableError ? "node_unreachable" : "node_behind", error };
      }
      onProgress?.(last);
      await sleep(pollMs, either);
    }
  } catch (error) {
    if (!(error instanceof AbortedError)) throw error;
    if (signal?.aborted) throw new AbortedError(signal.reason);
    throw new WaitTimeoutError(timeoutMs, last ? last.state : "no answer yet", cause);
  }
};

const isProgress = (found: FinalBlockOfWait | Progress): found is Progress => "state" in found;

const checkTarget = ({ height, txHash }: WaitOptions): void => {
  if ((height === undefined) === (txHash === undefined)) throw new InvalidArgumentError("height, txHash", "give one of the two");
  if (height !== undefined) checkHeight(height);
  else checkTxHash(txHash);
};

export const checkTxHash = (txHash: string | undefined): void => {
  if (!/^[0-9a-f]{64}$/i.test(txHash ?? "")) throw new InvalidArgumentError("txHash", `${txHash} is not 64 hexadecimal characters`);
};

/** One round: the final block, or how far it is. */
const look = async (context: Context, options: WaitOptions, signal?: AbortSignal): Promise<FinalBlockOfWait | Progress> => {
  const txHash = options.txHash?.toUpperCase() ?? null;
  const height = txHash === null ? (options.height as number) : await heightOf(context, txHash, signal);
  if (height === null) return { state: "tx_unseen", txHash: txHash as string };
  let status: FinalityStatus;
  try {
    status = await finalityStatus(context, height, signal);
  } catch (error) {
    if (!(error instanceof HeightAboveTipError) || height - error.tip > (options.maxAhead ?? 100)) throw error;
    return { state: "above_tip", height, tip: error.tip };
  }
  if (!isSettled(status)) return { state: status.block === "pending" ? "pending" : "not_seen", height, status };
  const block = finalBlock(status, options);
  await checkSameBlock(context, block, signal);
  // Whoever rolled the chain back may have put the transaction elsewhere meanwhile.
  if (txHash !== null && (await heightOf(context, txHash, signal)) !== height) return { state: "tx_unseen", txHash };
  return { ...block, txHash };
};

/** The block that a transaction is in, `null` if in none; throws where it failed there. */
const heightOf = async ({ rpc }: Context, txHash: string, signal?: AbortSignal): Promise<number | null> => {
  const [found] = await rpc.ask(1, signal, (url) => findTx(rpc, url, txHash, false, signal));
  if (!found) return null;
  const { height, code, codespace, log } = found.tx;
  if (code !== 0) throw new TxFailedError(txHash, height, code, codespace, log);
  return height;
};
