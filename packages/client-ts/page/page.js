// Send, wait until final: what the page does, with the client as npm has it.
import { createBsnClient, readDeployment } from "../dist/index.js";
import { verifyFinalBlock, verifyTx } from "../dist/verify.js";

const at = (id) => document.getElementById(id);
const form = document.querySelector("form");
const STEPS = ["sent", "included", "final", "checked"];

/** What an error is called, and what to do, by its code. */
const ERRORS = {
  aborted: ["Stopped", "Nothing was undone: ask again at any time."],
  block_mismatch: ["The node shows another block", "Do not act. Ask another node."],
  gap: ["Final, but across a gap", "Wait for a later block, or decide how much of a gap you accept."],
  height_above_tip: ["The chain is not there yet", "Is the height right, and the chain?"],
  height_forgotten: ["Too old for the contract", "It keeps a week by default."],
  height_pruned: ["Too old for this node", "Ask an archive node."],
  inconsistent_answer: ["The node contradicts itself", "Do not act. Ask another node."],
  invalid_argument: ["That cannot be asked", ""],
  malformed_answer: ["Not an answer of bsn", "Are the node and the contract's version right?"],
  node_behind: ["The node is behind", "Ask another node."],
  node_unreachable: ["No answer", "Is the URL right, and does the node allow this page's origin (cors_allowed_origins)?"],
  resumed: ["Never final", "Do not act on this block. Governance let finality go on without a quorum."],
  tx_failed: ["The transaction failed", "It paid its fee and did nothing else."],
  tx_index_disabled: ["This node cannot find transactions", "Ask another node, or give the block's height."],
  unknown_gap: ["Final, but nobody knows by what", "Wait for a later block, or decide whether you accept that."],
  tx_rejected: ["The node refused it", "It is in no block. Correct it and sign again."],
  unverified: ["Something does not fit", "Do not act. Ask another node."],
  wait_timeout: ["Not final within ten minutes", "It may still become final: ask again with the same hash."],
  wrong_address: ["Not the contract", "The chain's deployment file says which contract is bsn."],
  wrong_network: ["Another chain", "Give a node of the chain that you mean."],
};

/** `bsn serve` passes on what reads, and nothing else. */
const readsOnly = ({ code, method, rpcCode }) => code === "rpc" && method.startsWith("broadcast_tx") && rpcCode === -32601;
const READS_ONLY = ["Nothing is sent from here", "This address only reads. Give a node's own RPC address above, or send the transaction elsewhere and give its hash here."];

const show = (state, sentence, hint = "") => {
  at("result").hidden = false;
  at("result").dataset.state = state;
  at("sentence").textContent = sentence;
  at("hint").textContent = hint;
};

/** Steps before this one are done. */
const step = (now, mark = "now") =>
  STEPS.forEach((id, i) => (at(id).className = i < STEPS.indexOf(now) || now === "all" ? "done" : id === now ? mark : ""));

const facts = (rows) =>
  at("facts").replaceChildren(
    ...rows.flatMap(([name, value]) => {
      const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
      dt.textContent = name;
      dd.textContent = value;
      return [dt, dd];
    }),
  );

const number = (value) => value.toLocaleString("en");
const percent = ({ votedPower, totalPower }) => (votedPower === null || totalPower === 0n ? "" : `, ${Number((votedPower * 1000n) / totalPower) / 10} %`);

const describe = (block) => [
  ...(block.txHash ? [["Transaction", block.txHash]] : []),
  ["Block", number(block.height)],
  ...(block.blockHash ? [["Its hash", block.blockHash]] : []),
  ["Final by", `the quorum at height ${number(block.certifiedBy)}`],
  ...(block.certificate
    ? [
        ["Voted", block.certificate.votedPower === null ? "forgotten" : `${number(block.certificate.votedPower)} of ${number(block.certificate.totalPower)} sats${percent(block.certificate)}`],
        ["Unbroken since", block.certificate.unbrokenSince === null ? "not known" : number(block.certificate.unbrokenSince)],
      ]
    : []),
];

let running = null;

const run = async ({ rpc, address, chain, what }) => {
  running?.abort();
  const controller = (running = new AbortController());
  const { signal } = controller;
  const on = (work) => (...given) => signal.aborted || work(...given);
  let stage = "sent";
  const go = (next) => step((stage = next));
  facts([]);
  at("stop").hidden = false;
  show("waiting", "Asking the node…");
  go("sent");
  try {
    const client = createBsnClient({ rpcs: rpc.split(/[\s,]+/).filter(Boolean), address, ...(chain ? { chainId: chain } : {}) });
    const target = await aim(client, what, signal);
    at("sent").textContent = target.height ? "Asked" : "Sent";
    note({ rpc, address, chain, ...target });
    const block = await client.waitForFinality({
      ...target,
      signal,
      timeoutMs: 600_000,
      onProgress: on((progress) => {
        if (progress.state === "pending" || progress.state === "not_seen") {
          go("final");
          show("waiting", `In block ${number(progress.height)}, not final yet`, "Waiting for a later height to have more than two thirds of the votes.");
        } else if (progress.state === "above_tip") {
          go("included");
          show("waiting", `The chain is at ${number(progress.tip)}`, `Waiting for block ${number(progress.height)}.`);
        } else if (progress.state === "tx_unseen") {
          go("included");
          show("waiting", "Sent, in no block yet", progress.txHash);
        } else show("waiting", "The node does not answer well; trying on", progress.error.message);
      }),
    });
    go("checked");
    show("final", `Block ${number(block.height)} is final`, "Checking the headers…");
    facts(describe(block));
    const verified = target.txHash ? await verifyTx(client, target.txHash, { signal }) : await verifyFinalBlock(client, target.height, { signal });
    step("all");
    const included = target.txHash ? "The transaction is in it and succeeded" : "Its hash is the contract's";
    show("final", `Block ${number(block.height)} is final`, `${included}: ${verified.headers.length} headers hash to what the next one says.`);
  } catch (error) {
    if (running !== controller) return;
    const [title, advice] = (readsOnly(error) && READS_ONLY) || ERRORS[error.code] || ["Something went wrong", ""];
    step(stage, "broken");
    show("failed", title, advice);
    facts(error.code === "aborted" ? [] : [["Why", error.message], ["Code", error.code ?? "unknown"]]);
    at("result").dataset.code = error.code ?? "unknown";
  }
  if (running === controller) at("stop").hidden = true;
};

/** What to wait for; sends it first where it is a signed transaction. */
const aim = async (client, what, signal) => {
  if (/^\d+$/.test(what)) return { height: Number(what) };
  if (/^(0x)?[0-9a-f]{64}$/i.test(what)) return { txHash: what.slice(-64) };
  let bytes;
  try {
    bytes = Uint8Array.from(atob(what.replace(/\s/g, "")), (char) => char.charCodeAt(0));
  } catch {
    throw Object.assign(new Error("It is neither a hash, nor a height, nor base64."), { code: "invalid_argument" });
  }
  const sent = await client.broadcast(bytes, { signal });
  // Asked again, it is waited for and not sent twice.
  form.elements.what.value = sent.txHash;
  return sent;
};

/** The address of this page with all of it, to come back to or pass on. */
const note = (values) => {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
  history.replaceState(null, "", `?${query}`);
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  delete at("result").dataset.code;
  run(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()])));
});
at("stop").addEventListener("click", () => running?.abort());

const given = new URLSearchParams(location.search);
if (given.has("deployment")) {
  try {
    const { chainId, address, rpcs } = readDeployment(await (await fetch(given.get("deployment"))).json());
    for (const [name, value] of Object.entries({ chain: chainId, address, rpc: rpcs.join(" ") })) if (!given.has(name)) given.set(name, value);
  } catch (error) {
    show("failed", "That is not a deployment", error.message);
  }
}
for (const name of ["rpc", "address", "chain"]) form.elements[name].value = given.get(name) ?? "";
form.elements.what.value = given.get("txHash") ?? given.get("height") ?? "";
if (given.get("rpc") && given.get("address")) {
  const details = form.querySelector("details");
  details.open = false;
  details.firstElementChild.textContent = `Chain: ${given.get("chain") ?? given.get("rpc")}`;
  if (form.elements.what.value) form.requestSubmit();
}
