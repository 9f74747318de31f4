// Asks, and shows. The server is asked again after each answer; while the page is hidden, seldom.
import type { State } from "./api.js";
import { at, show, h } from "./dom.js";
import { span } from "./format.js";
import { merge, since } from "./merge.js";
import { showAlarms } from "./panels/alarms.js";
import { head } from "./panels/head.js";
import { lagPanel } from "./panels/lag.js";
import { listen, matrix } from "./panels/matrix.js";
import { power } from "./panels/power.js";
import { rows } from "./panels/rows.js";
import { runway } from "./panels/runway.js";
import { slashing, trust } from "./panels/slashing.js";
import { bitcoinRows, channel, rewards } from "./view/link.js";

const TIMEOUT = 10_000;
const HIDDEN = 30_000;

const query = new URLSearchParams(location.search);
/** Where it is asked: where the page came from, unless the address says otherwise. */
const base = (query.get("api") ?? (location.protocol === "file:" ? "http://127.0.0.1:8080" : "")).replace(/\/+$/, "");

let state: State | null = null;
/** The server's clock less ours. */
let skew = 0;
let answered = 0;
let failed: string | null = null;

const now = (): number => Date.now() + skew;

/** What to say where the server itself is away; `null` where it answers. */
const reach = (): string | null => {
  if (!failed) return null;
  return state ? `bsn serve does not answer. What is shown here is ${span((Date.now() - answered) / 1000)} old.` : `bsn serve does not answer: ${failed}`;
};

const link = (shown: State): void => {
  const { id, contract, rpc, is_devnet } = shown.chain;
  const node = is_devnet && rpc ? rpc : `${base || location.origin}/rpc`;
  const address = `${base}/final?${new URLSearchParams({ rpc: node, address: contract, chain: id })}`;
  show("links", address, () => [h("a", { href: address }, is_devnet ? "Send a transaction, and wait until it is final" : "Is my transaction final?")]);
};

const paint = (): void => {
  document.body.dataset.reached = String(!failed && state !== null);
  if (!state) return show("sentence", reach(), () => [h("h1", {}, reach() ?? "Reading…")]);
  const said = head(state, now(), reach());
  document.body.dataset.fresh = String(said.tone !== "unknown");
  showAlarms(state, now(), !failed);
  lagPanel(state);
  matrix(state);
  power(state);
  runway(state);
  rows("channel", channel(state, now()));
  rows("bitcoin", bitcoinRows(state, now()));
  rows("rewards", rewards(state));
  slashing(state);
  trust(state);
  link(state);
};

const ask = async (): Promise<void> => {
  try {
    const answer = await fetch(`${base}/api${since(state)}`, { signal: AbortSignal.timeout(TIMEOUT), cache: "no-store" });
    if (!answer.ok) throw new Error(`it answers with status ${answer.status}`);
    const change = (await answer.json()) as State;
    if (change.version !== 1) throw new Error(`it speaks version ${change.version} of the interface, this page version 1`);
    state = merge(state, change);
    skew = change.now - Date.now();
    answered = Date.now();
    failed = null;
  } catch (error) {
    failed = error instanceof Error ? error.message : String(error);
  }
  paint();
};

const round = async (): Promise<void> => {
  await ask();
  const pause = document.hidden ? HIDDEN : Math.min(5_000, Math.max(1_000, state?.chain.block_ms ?? 1_000));
  setTimeout(round, pause);
};

at("lag-minutes").addEventListener("change", paint);
at("lag-blocks").addEventListener("change", paint);
at("votes-table").addEventListener("toggle", paint);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void ask();
});
listen();
// Ages grow while nothing is answered.
setInterval(paint, 1_000);
void round();
