import { concat, fromBase64, toBase64, toHex, utf8 } from "./bytes.js";
import {
  HeightPrunedError,
  InconsistentAnswerError,
  MalformedAnswerError,
  QueryFailedError,
  RpcError,
  WrongAddressError,
} from "./errors.js";
import { delimited, onlyField } from "./protobuf.js";
import { get, maybe, object, text, whole, type Json } from "./read.js";
import type { Rpc } from "./rpc.js";

/** What a node says of itself. */
export interface NodeState {
  readonly chainId: string;
  /** Its last block. */
  readonly tip: number;
  /** When that was proposed, RFC 3339. */
  readonly tipTime: string;
  readonly catchingUp: boolean;
}

/** A transaction in a block. */
export interface TxFound {
  /** Hex in upper case, as CometBFT writes it. */
  readonly hash: string;
  readonly height: number;
  readonly index: number;
  /** 0 for success. */
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
}

export const nodeState = async (rpc: Rpc, url: string, signal?: AbortSignal): Promise<NodeState> => {
  const status = object(await rpc.call(url, "status", {}, signal), "status");
  const sync = get(status, "sync_info", object);
  return {
    chainId: get(get(status, "node_info", object), "network", text),
    tip: get(sync, "latest_block_height", whole),
    tipTime: get(sync, "latest_block_time", text),
    catchingUp: sync.catching_up === true,
  };
};

/** A smart query, and the height of the state that answered it. */
export const smartQuery = async (
  rpc: Rpc,
  url: string,
  address: string,
  msg: object,
  signal?: AbortSignal,
): Promise<{ answer: unknown; stateHeight: number }> => {
  const request = concat(delimited(1, utf8(address)), delimited(2, utf8(JSON.stringify(msg))));
  const params = { path: "/cosmwasm.wasm.v1.Query/SmartContractState", data: toHex(request), height: "0", prove: false };
  const response = get(object(await rpc.call(url, "abci_query", params, signal), "abci_query"), "response", object);
  const { code, codespace, log } = outcome(response);
  if (code !== 0) throw refusal(address, code, codespace, log);
  let answer: unknown;
  try {
    answer = JSON.parse(new TextDecoder().decode(onlyField(fromBase64(get(response, "value", text)))));
  } catch {
    throw new MalformedAnswerError("value", "a contract's answer in JSON");
  }
  return { answer, stateHeight: get(response, "height", whole) };
};

/** What became of a query or a transaction; `code` is 0 for success. */
export const outcome = (json: Json): { code: number; codespace: string; log: string } => ({
  code: maybe(json, "code", whole) ?? 0,
  codespace: maybe(json, "codespace", text) ?? "",
  log: maybe(json, "log", text) ?? "",
});

/** The chain tells its refusals apart in words only. */
const refusal = (address: string, code: number, codespace: string, log: string): Error => {
  if (/no such contract/.test(log)) return new WrongAddressError(address, "no_contract", log);
  if (/bech32|empty address/i.test(log)) return new WrongAddressError(address, "malformed", log);
  if (/unknown variant `?(finality_status|last_final_block)/.test(log)) return new WrongAddressError(address, "not_bsn", log);
  const pruned = /failed to load state at height (\d+)/.exec(log);
  if (pruned) return new HeightPrunedError(Number(pruned[1]), log);
  return new QueryFailedError(code, codespace, log);
};

/** A transaction, or `null` where it is in no block that the node has indexed. */
export const findTx = async (rpc: Rpc, url: string, txHash: string, prove: boolean, signal?: AbortSignal): Promise<{ tx: TxFound; raw: Json } | null> => {
  const bytes = Uint8Array.from(txHash.match(/../g) ?? [], (byte) => parseInt(byte, 16));
  let raw: Json;
  try {
    raw = object(await rpc.call(url, "tx", { hash: toBase64(bytes), prove }, signal), "tx");
  } catch (error) {
    if (error instanceof RpcError && /tx \([0-9A-F]+\) not found/i.test(error.detail)) return null;
    throw error;
  }
  const tx = {
    hash: get(raw, "hash", text),
    height: get(raw, "height", whole),
    index: get(raw, "index", whole),
    ...outcome(get(raw, "tx_result", object)),
  };
  if (tx.hash.toUpperCase() !== txHash) throw new InconsistentAnswerError(url, `asked for transaction ${txHash}, it shows ${tx.hash}`);
  return { tx, raw };
};

/** The header of a height as JSON. */
export const headerAt = async (rpc: Rpc, url: string, height: number, signal?: AbortSignal): Promise<Json> => {
  const answer = object(await rpc.call(url, "header", { height: String(height) }, signal), "header");
  const header = get(answer, "header", object);
  const shown = get(header, "height", whole);
  if (shown !== height) throw new InconsistentAnswerError(url, `asked for block ${height}, it shows ${shown}`);
  return header;
};
