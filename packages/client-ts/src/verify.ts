import { toHex } from "./bytes.js";
import type { BsnClient } from "./client.js";
import { BsnError, InvalidArgumentError, TxFailedError } from "./errors.js";
import { checkHeight, checkStatus, finalBlock, isSettled, query, type Care, type Context, type FinalBlock } from "./finality.js";
import { base64, headerHash, resultBytes } from "./header.js";
import { hashOf, merkleRoot, rootFromAunts } from "./merkle.js";
import { headerAt } from "./node.js";
import { get, hash, list, maybe, object, text, whole, type Json } from "./read.js";
import { createRpc, type Rpc } from "./rpc.js";
import { readStatus, type FinalityStatus } from "./status.js";
import { checkTxHash } from "./wait.js";

export { headerHash } from "./header.js";

/** Something does not hash to, or is not, what it is said to be. */
export class UnverifiedError extends BsnError {
  declare readonly height: number;
  declare readonly check: string;

  constructor(height: number, check: string, expected: string, found: string) {
    super("unverified", `height ${height}, ${check}: expected ${expected}, found ${found}`, { height, check });
  }
}

/** A header whose hash was computed here. */
export interface VerifiedHeader {
  readonly height: number;
  /** Hex in lower case. */
  readonly hash: string;
  /** The state before the block; hex in lower case. */
  readonly appHash: string;
  /** As the proposer wrote it, RFC 3339. */
  readonly time: string;
}

export interface VerifyOptions extends Care {
  /** Asks these nodes for headers and transactions in place of the client's, so that one node alone cannot lie. */
  readonly headersFrom?: readonly string[];
  /** More headers than this between block and certificate are refused: 200 by default. */
  readonly maxHeaders?: number;
  readonly signal?: AbortSignal;
}

/** A final block whose headers fit together and fit what the contract says. */
export interface VerifiedBlock extends FinalBlock {
  /** From the block up to the height that certifies it. */
  readonly headers: readonly VerifiedHeader[];
}

/** A transaction in a verified block. */
export interface VerifiedTx extends VerifiedBlock {
  /** Hex in upper case. */
  readonly txHash: string;
  /** Which of the block, from 0. */
  readonly txIndex: number;
  /** The transaction as it was signed. */
  readonly tx: Uint8Array;
}

const AT_ONCE = 8;

/**
 * Verifies a final block: fetches the headers from it up to the certifying height, computes their hashes, follows
 * `last_block_id`, and compares block hash and application hashes with what the contract says of both heights. That the
 * contract itself says so is the node's word: ask several (`agree`, `headersFrom`).
 */
export const verifyFinalBlock = async (client: BsnClient, height: number, options: VerifyOptions = {}): Promise<VerifiedBlock> =>
  (await verified(client, height, options)).block;

/**
 * Verifies that a transaction is in a final block and succeeded: its Merkle proof against the block's `data_hash`, the results
 * of all the block's transactions against the next header's `last_results_hash`, and the block as `verifyFinalBlock` does.
 */
export const verifyTx = async (client: BsnClient, txHash: string, options: VerifyOptions = {}): Promise<VerifiedTx> => {
  checkTxHash(txHash);
  const { signal } = options;
  const rpc = headersFrom(client, options);
  const wanted = txHash.toUpperCase();
  const asked = base64Of(wanted);
  const [answer] = await rpc.ask(1, signal, async (url) => object(await rpc.call(url, "tx", { hash: asked, prove: true }, signal), "tx"));
  const height = get(answer, "height", whole);
  const tx = base64(get(answer, "tx", text), "tx");
  const digest = hashOf(tx);
  if (toHex(digest).toUpperCase() !== wanted) throw new UnverifiedError(height, "the hash of the transaction", wanted, toHex(digest).toUpperCase());
  const { block, raw } = await verified(client, height, options);
  const [own, next] = raw as [Json, Json];
  const txIndex = get(answer, "index", whole);
  checkInclusion(height, txIndex, digest, get(answer, "proof", object), get(own, "data_hash", hash));
  const ask = async (url: string): Promise<Json> => object(await rpc.call(url, "block_results", { height: String(height) }, signal), "block_results");
  const [results] = await rpc.ask(1, signal, ask);
  const each = (maybe(results, "txs_results", list) ?? []).map((one) => object(one, "txs_results[]"));
  const root = toHex(merkleRoot(each.map(resultBytes)));
  same(height, "the results of its transactions", get(next, "last_results_hash", hash), root);
  const result = each[txIndex] ?? {};
  const code = maybe(result, "code", whole) ?? 0;
  if (code !== 0) throw new TxFailedError(wanted, height, code, maybe(result, "codespace", text) ?? "", maybe(result, "log", text) ?? "");
  return { ...block, txHash: wanted, txIndex, tx };
};

const verified = async (client: BsnClient, height: number, options: VerifyOptions): Promise<{ block: VerifiedBlock; raw: readonly Json[] }> => {
  checkHeight(height);
  const { maxHeaders = 200, signal } = options;
  const status = await client.finalityStatus(height, signal ? { signal } : {});
  if (!isSettled(status)) throw new UnverifiedError(height, "finality", "final", status.block);
  const block = finalBlock(status, options);
  const { certifiedBy } = block;
  if (certifiedBy - height >= maxHeaders)
    throw new InvalidArgumentError("maxHeaders", `${certifiedBy - height + 1} headers lie between block ${height} and its certificate`);
  const votes = await votesAt(client.context, certifiedBy, signal);
  // What was passed with quorum and whose votes are forgotten is `pruned`.
  for (const { voteAtHeight } of votes)
    if (!["quorum", "pruned"].includes(voteAtHeight.state))
      throw new UnverifiedError(certifiedBy, "the vote that certifies", "quorum", voteAtHeight.state);

  const rpc = headersFrom(client, options);
  const raw = await rangeOfHeaders(rpc, height, certifiedBy, signal);
  const chainId = client.context.chainId ?? get(raw[0] as Json, "chain_id", text);
  const headers = chained(raw, chainId);
  const [first, last] = [headers[0] as VerifiedHeader, headers.at(-1) as VerifiedHeader];
  same(height, "the block's hash", block.blockHash, first.hash);
  same(height, "its application hash", block.appHash, first.appHash);
  // The quorum's votes are on this hash, the state that has the block in it.
  for (const { appHash } of votes) same(certifiedBy, "the application hash that was voted for", appHash, last.appHash);
  return { block: { ...block, headers }, raw };
};

/** What the contract says of a height's vote, also by nodes that have stopped: a quorum stays one. */
const votesAt = (context: Context, height: number, signal?: AbortSignal): Promise<FinalityStatus[]> =>
  context.rpc.ask(context.agree, signal, async (url) => {
    const { answer, stateHeight } = await query(context, url, { finality_status: { height } }, signal);
    const status = readStatus(answer, stateHeight);
    checkStatus(status, url, height);
    return status;
  });

/** Computes each hash and compares it with the next header's `last_block_id`. */
const chained = (raw: readonly Json[], chainId: string): VerifiedHeader[] => {
  const headers = raw.map((header) => {
    const height = get(header, "height", whole);
    same(height, "the chain's id", chainId, get(header, "chain_id", text));
    return { height, hash: headerHash(header), appHash: get(header, "app_hash", hash), time: get(header, "time", text) };
  });
  headers.forEach(({ height, hash: own }, i) => {
    const above = raw[i + 1];
    if (above) same(height, "the hash in the header above", own, get(get(above, "last_block_id", object), "hash", hash));
  });
  return headers;
};

const rangeOfHeaders = async (rpc: Rpc, from: number, to: number, signal?: AbortSignal): Promise<Json[]> => {
  const headers: Json[] = [];
  while (from + headers.length <= to) {
    const next = from + headers.length;
    const heights = Array.from({ length: Math.min(AT_ONCE, to - next + 1) }, (_, i) => next + i);
    headers.push(...(await Promise.all(heights.map(async (height) => (await rpc.ask(1, signal, (url) => headerAt(rpc, url, height, signal)))[0]))));
  }
  return headers;
};

const checkInclusion = (height: number, index: number, leaf: Uint8Array, proof: Json, dataHash: string): void => {
  const path = get(proof, "proof", object);
  const aunts = (maybe(path, "aunts", list) ?? []).map((aunt) => base64(text(aunt, "aunts[]"), "aunts[]"));
  same(height, "the transaction's place", String(index), String(get(path, "index", whole)));
  const root = rootFromAunts(index, get(path, "total", whole), leaf, aunts);
  same(height, "the transaction's proof", dataHash, root ? toHex(root) : "no root");
};

const headersFrom = (client: BsnClient, { headersFrom: urls }: VerifyOptions): Rpc =>
  urls ? createRpc({ urls, requestTimeoutMs: 10_000, retries: 2, fetch: (input, init) => fetch(input, init) }) : client.context.rpc;

const base64Of = (hex: string): string => btoa(String.fromCharCode(...(hex.match(/../g) ?? []).map((byte) => parseInt(byte, 16))));

/** `null` is what the contract does not know. */
const same = (height: number, check: string, expected: string | null, found: string): void => {
  if (expected !== null && expected !== found) throw new UnverifiedError(height, check, expected, found);
};
