import { toBase64 } from "./bytes.js";
import { ADDRESS, readDeployment, type Deployment } from "./deployment.js";
import { InvalidArgumentError, TxRejectedError } from "./errors.js";
import { finalityStatus, query, type Context, type FinalBlock } from "./finality.js";
import { outcome } from "./node.js";
import { get, object, text } from "./read.js";
import { createRpc } from "./rpc.js";
import type { FinalityStatus } from "./status.js";
import { waitForFinality, type FinalBlockOfWait, type WaitOptions } from "./wait.js";
import { watchFinalBlocks, type WatchOptions } from "./watch.js";

export interface ClientOptions {
  /** CometBFT's JSON-RPC of a node. */
  readonly rpc?: string;
  /** The same of several nodes of one chain: where one does not answer or is behind, the next is asked. */
  readonly rpcs?: readonly string[];
  /** The address of the contract `bsn`; this or `deployment`. */
  readonly address?: string;
  /** `deployments/<chain-id>.json`, parsed: it brings address, chain id and, unless given here, nodes. */
  readonly deployment?: Deployment;
  /** Refuses nodes of another chain. */
  readonly chainId?: string;
  /** How many nodes must say that a block is final, and the same block: 1 by default. */
  readonly agree?: number;
  /** Milliseconds until a node counts as unreachable: 10,000 by default. */
  readonly requestTimeoutMs?: number;
  /** How often all nodes are tried again: 2 by default, after 250 and 500 ms. */
  readonly retries?: number;
  /** A node whose last block is older cannot say that a block is *not* final: 300,000 ms by default. */
  readonly maxBlockAgeMs?: number;
  /** In place of the global one. */
  readonly fetch?: typeof fetch;
  /** The present time in milliseconds since 1970, in place of `Date.now`. */
  readonly now?: () => number;
}

export interface Asking {
  readonly signal?: AbortSignal;
}

export interface BsnClient {
  /** The address of the contract. */
  readonly address: string;
  /** Used by `bsn-client/verify`. */
  readonly context: Context;
  /** Whether a block is final. Throws `HeightAboveTipError` of a height that the chain has not reached. */
  finalityStatus(height: number, asking?: Asking): Promise<FinalityStatus>;
  /** Waits until a block, or the block of a transaction, is final. */
  waitForFinality(options: WaitOptions): Promise<FinalBlockOfWait>;
  /** Each block in order, once it is final. */
  watchFinalBlocks(options?: WatchOptions): AsyncGenerator<FinalBlock, never>;
  /** Gives a signed transaction to a node; resolves once it is in the mempool, not in a block. */
  broadcast(tx: Uint8Array, asking?: Asking): Promise<{ txHash: string }>;
  /**
   * Any other question, in the contract's own JSON; types in `bsn-client/wire`. Beware: `last_finalized_height`, `blocks` and
   * `block` speak of quorums at heights, not of final blocks.
   */
  query<T = unknown>(msg: object, asking?: Asking): Promise<T>;
}

/** A client of the contract `bsn`; asks nothing yet. */
export const createBsnClient = (options: ClientOptions): BsnClient => {
  const context = readOptions(options);
  const { rpc } = context;
  return {
    address: context.address,
    context,
    finalityStatus: (height, { signal } = {}) => finalityStatus(context, height, signal),
    waitForFinality: (wait) => waitForFinality(context, wait),
    watchFinalBlocks: (watch) => watchFinalBlocks(context, watch),
    async broadcast(tx, { signal } = {}) {
      const ask = async (url: string): Promise<{ txHash: string }> => {
        const answer = object(await rpc.call(url, "broadcast_tx_sync", { tx: toBase64(tx) }, signal), "broadcast_tx_sync");
        const txHash = get(answer, "hash", text);
        const { code, codespace, log } = outcome(answer);
        if (code !== 0) throw new TxRejectedError(txHash, code, codespace, log);
        return { txHash };
      };
      return (await rpc.ask(1, signal, ask))[0];
    },
    async query<T>(msg: object, { signal }: Asking = {}) {
      return (await rpc.ask(1, signal, (url) => query(context, url, msg, signal)))[0].answer as T;
    },
  };
};

const readOptions = (options: ClientOptions): Context => {
  const { requestTimeoutMs = 10_000, retries = 2, maxBlockAgeMs = 300_000, agree = 1 } = options;
  const place = options.deployment === undefined ? null : readDeployment(options.deployment);
  const one = (argument: string, first: unknown, second: unknown): void => {
    if ((first === undefined) === (second === undefined)) throw new InvalidArgumentError(argument, "give one of the two");
  };
  one("address, deployment", options.address, options.deployment);
  if (!place || options.rpc !== undefined || options.rpcs !== undefined) one("rpc, rpcs", options.rpc, options.rpcs);
  const urls = [...new Set(options.rpcs ?? (options.rpc === undefined ? (place?.rpcs ?? []) : [options.rpc]))];
  if (urls.length === 0) throw new InvalidArgumentError("rpcs", "is empty");
  for (const url of urls) if (!/^https?:\/\/\S+$/.test(url)) throw new InvalidArgumentError("rpc", `${url} is not an http(s) URL`);
  const address = place?.address ?? (options.address as string);
  if (!ADDRESS.test(address)) throw new InvalidArgumentError("address", `${address} is not an address`);
  if (place && options.chainId !== undefined && options.chainId !== place.chainId)
    throw new InvalidArgumentError("chainId", `the deployment is of ${place.chainId}, not of ${options.chainId}`);
  if (!Number.isInteger(agree) || agree < 1 || agree > urls.length)
    throw new InvalidArgumentError("agree", `${agree} of ${urls.length} nodes cannot agree`);
  return {
    rpc: createRpc({ urls, requestTimeoutMs, retries, fetch: options.fetch ?? ((input, init) => fetch(input, init)) }),
    address,
    chainId: place?.chainId ?? options.chainId ?? null,
    agree,
    maxBlockAgeMs,
    now: options.now ?? Date.now,
  };
};
