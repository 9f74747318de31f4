// CometBFT's JSON-RPC over HTTP as v0.38 speaks it (rpc/jsonrpc/server, rpc/core): status codes, errors, CORS. A test compares its
// answers with those that a real node gave.
import { createServer } from "node:http";
import { ADDRESS, merkle, OTHER_CONTRACT, txLeaves } from "./chain.mjs";

class Refused extends Error {}

/**
 * Starts a node of a chain on loopback. `lie(method, result, params)` may change a result; `origins` are allowed by CORS;
 * `fail(method, response)` may take a request over; `stateLag` is how far its state lags behind its blocks.
 */
export const startNode = async (chain, { origins = [], catchingUp = false, stateLag = 0, lie, fail, tip, indexes = true } = {}) => {
  const node = { chain, catchingUp, stateLag, lie, fail, indexes, tip, calls: [], broadcast: [] };
  const server = createServer((request, response) => {
    const origin = request.headers.origin;
    const allowed = origins.includes("*") ? "*" : origins.includes(origin) ? origin : null;
    if (origins.length) response.setHeader("Vary", "Origin");
    if (origin && allowed) response.setHeader("Access-Control-Allow-Origin", allowed);
    if (request.method === "OPTIONS" && origin && origins.length) {
      if (allowed) {
        response.setHeader("Access-Control-Allow-Methods", request.headers["access-control-request-method"] ?? "POST");
        response.setHeader("Access-Control-Allow-Headers", request.headers["access-control-request-headers"] ?? "");
      }
      return response.writeHead(204).end();
    }
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      if (request.url !== "/") return response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" }).end("404 page not found\n");
      if (!body) return response.writeHead(200, { "Content-Type": "text/html" }).end("<html><body><br>Available endpoints:<br></body></html>");
      const { id, method, params } = JSON.parse(body);
      node.calls.push(method);
      if (node.fail?.(method, response, params)) return;
      const send = (answer) => {
        response.writeHead(200, { "Content-Type": "application/json" });
        response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }, null, 2));
      };
      if (!Object.hasOwn(METHODS, method)) return send({ error: { code: -32601, message: "Method not found" } });
      try {
        const result = METHODS[method](node, params ?? {});
        send({ result: node.lie?.(method, structuredClone(result), params) ?? result });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        send({ error: { code: -32603, message: "Internal error", data: error.message } });
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  node.url = `http://127.0.0.1:${server.address().port}`;
  node.stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return node;
};

const tipOf = (node) => node.tip ?? node.chain.tip;

const block = (node, { height }) => {
  const tip = tipOf(node);
  const asked = height === undefined || height === "0" ? tip : Number(height);
  if (asked > tip) throw new Refused(`height ${asked} must be less than or equal to the current blockchain height ${tip}`);
  if (asked < node.chain.lowest) throw new Refused(`height ${asked} is not available, lowest height is ${node.chain.lowest}`);
  return node.chain.blocks.get(asked);
};

const txResult = ({ code }, contract) => ({
  code,
  data: null,
  log: code ? "failed to execute message; message index: 0: insufficient funds" : "",
  info: "",
  gas_wanted: "200000",
  gas_used: "54321",
  events: [
    { type: "tx", attributes: [{ key: "fee", value: "1ustake", index: true }] },
    ...(code ? [] : [wasm("submit_finality_signature", { fp_pubkey_hex: "ab".repeat(32), height: "7", verdict: "counted" }, contract)]),
  ],
  codespace: code ? "sdk" : "",
});

const wasm = (name, attributes, contract = ADDRESS) => ({
  type: `wasm-${name}`,
  attributes: Object.entries({ _contract_address: contract, ...attributes }).map(([key, value]) => ({ key, value, index: true })),
});

const METHODS = {
  status: (node) => {
    const tip = tipOf(node);
    const last = node.chain.blocks.get(tip);
    const first = node.chain.blocks.get(node.chain.lowest);
    return {
      node_info: {
        protocol_version: { p2p: "8", block: "11", app: "0" },
        id: "0d6e8f24c9f3c0e4f2c8a2b1d7e6f5a4b3c2d1e0",
        listen_addr: "tcp://127.0.0.1:26656",
        network: node.chain.id,
        version: "0.38.21",
        channels: "40202122233038606100",
        moniker: "node",
        other: { tx_index: node.indexes ? "on" : "off", rpc_address: "tcp://127.0.0.1:26657" },
      },
      sync_info: {
        latest_block_hash: last.hash,
        latest_app_hash: last.header.app_hash,
        latest_block_height: String(tip),
        latest_block_time: last.header.time,
        earliest_block_hash: first.hash,
        earliest_app_hash: first.header.app_hash,
        earliest_block_height: first.header.height,
        earliest_block_time: first.header.time,
        catching_up: node.catchingUp,
      },
      validator_info: { address: last.header.proposer_address, pub_key: { type: "tendermint/PubKeyEd25519", value: "" }, voting_power: "1" },
    };
  },
  header: (node, params) => ({ header: block(node, params).header }),
  tx: (node, { hash, prove }) => {
    if (!node.indexes) throw new Refused("transaction indexing is disabled");
    const hex = Buffer.from(hash, "base64").toString("hex").toUpperCase();
    const found = node.chain.findTx(hex);
    if (!found || found.height > tipOf(node)) throw new Refused(`tx (${hex}) not found`);
    const { height, index, tx } = found;
    const { txs, header } = node.chain.blocks.get(height);
    const proof = prove && {
      root_hash: header.data_hash,
      data: tx.bytes.toString("base64"),
      proof: { total: String(txs.length), index: String(index), leaf_hash: merkle([txLeaves(txs)[index]]).root.toString("base64"), aunts: merkle(txLeaves(txs), index).aunts.map((aunt) => aunt.toString("base64")) },
    };
    return { hash: hex, height: String(height), index, tx_result: txResult(tx), tx: tx.bytes.toString("base64"), ...(proof && { proof }) };
  },
  block_results: (node, params) => {
    const { header, txs } = block(node, params);
    const events = [wasm("index_block", { module: "finality", last_height: header.height }), { ...wasm("finalize_block", { module: "finality", finalized_height: String(header.height - 1) }) }];
    return {
      height: header.height,
      txs_results: txs.length ? txs.map((tx) => txResult(tx)) : null,
      finalize_block_events: [
        ...events.map(({ type, attributes }) => ({ type, attributes: [...attributes, { key: "mode", value: "EndBlock", index: true }] })),
        wasm("finalize_block", { module: "finality", finalized_height: "999999" }, OTHER_CONTRACT),
      ],
      validator_updates: null,
      consensus_param_updates: { block: { max_bytes: "22020096", max_gas: "-1" } },
      app_hash: Buffer.from(header.app_hash, "hex").toString("base64"),
    };
  },
  broadcast_tx_sync: (node, { tx }) => {
    const bytes = Buffer.from(tx, "base64");
    node.broadcast.push(bytes);
    const bad = bytes.toString() === "bad";
    const hash = bad ? "00".repeat(32) : node.chain.send(bytes);
    return { code: bad ? 4 : 0, data: "", log: bad ? "signature verification failed: unauthorized" : "", codespace: bad ? "sdk" : "", hash };
  },
  abci_query: (node, { path, data, height }) => {
    const tip = tipOf(node) - node.stateLag;
    const failed = (code, log) => ({ response: { code, log, info: "", index: "0", key: null, value: null, proofOps: null, height: String(tip), codespace: "sdk" } });
    if (path !== "/cosmwasm.wasm.v1.Query/SmartContractState") return failed(6, `unknown query path: unknown request`);
    if (Number(height) > tip) return failed(26, "cannot query with height in the future; please provide a valid height: invalid height");
    const [address, question] = fields(Buffer.from(data, "hex"));
    const answer = contract(node.chain, address.toString(), JSON.parse(question), tip);
    if (typeof answer === "string") return failed(answer.endsWith("invalid request") ? 18 : 6, answer);
    const json = Buffer.from(JSON.stringify(answer));
    const value = Buffer.concat([Buffer.from([10]), varint(json.length), json]).toString("base64");
    return { response: { code: 0, log: "", info: "", index: "0", key: null, value, proofOps: null, height: String(tip), codespace: "" } };
  },
};

/** What the contract at an address answers, or the words with which the chain refuses. */
const contract = (chain, address, question, tip) => {
  const [kind] = Object.keys(question);
  if (address === OTHER_CONTRACT) return WORDS.unknownQuestion(kind, "admin, config, btc_base_header, btc_tip_header");
  if (address !== ADDRESS) return address.startsWith("bbnc1") ? WORDS.noContract(address) : WORDS.otherPrefix(address);
  switch (kind) {
    case "finality_status":
      return chain.finalityStatus(question.finality_status.height, tip);
    case "last_final_block":
      return chain.lastFinalBlock(tip);
    case "last_finalized_height":
      return chain.quorumTo;
    default:
      return WORDS.unknownQuestion(kind, "config, admin, finality_provider, finality_providers");
  }
};

/** As a real chain says it; held to recorded answers by a test. */
export const WORDS = {
  noContract: (address) => `address ${address}: no such contract: unknown request`,
  otherPrefix: (address) => `invalid Bech32 prefix; expected bbnc, got ${address.split("1")[0]}: invalid request`,
  unknownQuestion: (kind, known) => `kind: Serialization, error: unknown variant ${kind}, known are: ${known}: query wasm contract failed: unknown request`,
};

const varint = (value) => Buffer.from(value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]);

/** The length-delimited fields of a message, in order. */
const fields = (message) => {
  const out = [];
  for (let at = 0; at < message.length; ) {
    at++;
    let length = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      length += (byte % 128) * scale;
      if (byte < 128) break;
    }
    out.push(message.subarray(at, at + length));
    at += length;
  }
  return out;
};
