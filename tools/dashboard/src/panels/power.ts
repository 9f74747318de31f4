// Who has how much power, in one bar with its thirds, and on whom finality hangs.
import type { State } from "../api.js";
import { h, name, show } from "../dom.js";
import { bitcoin, label, number, percent } from "../format.js";
import { NOTHING } from "./rows.js";
import { holders, ranked, totalPower } from "../view/voters.js";

/** So many are listed by name; the rest is one row. */
const LISTED = 12;

export const power = (state: State): void => {
  const voters = ranked(state);
  const total = totalPower(voters);
  const { sentence, silent, others } = holders(state);
  const parts = voters.map((one) => ({
    name: label(one),
    share: total ? one.power / total : 0,
    power: one.power,
    kind: silent.includes(one) ? "silent" : others.includes(one) ? "key" : "rest",
  }));
  const idle = Number(state.health?.staking.without_randomness ?? 0);
  const isRead = state.health !== null;
  show("power", [parts, sentence, idle, isRead], () => {
    if (!isRead) return [h("p", { class: "soft" }, NOTHING)];
    const bar = h("div", { class: "split", "aria-hidden": "true" });
    // Those who are silent side by side: so one sees how much of a third they are.
    for (const part of ["silent", "key", "rest"].flatMap((kind) => parts.filter((one) => one.kind === kind))) {
      const piece = h("i", { class: part.kind, title: `${part.name}: ${percent(part.power, total)}` });
      piece.style.flexGrow = String(part.share);
      bar.append(piece);
    }
    const more = parts.slice(LISTED);
    const rest = more.reduce((sum, one) => sum + one.power, 0);
    const words = { silent: "silent", key: "needed", rest: "" };
    const line = (one: (typeof parts)[number]): HTMLElement =>
      h("tr", {}, h("th", { scope: "row" }, h("span", { class: `swatch ${one.kind}` }), name(one.name), words[one.kind as keyof typeof words] ? h("small", {}, ` ${words[one.kind as keyof typeof words]}`) : null), h("td", {}, bitcoin(one.power)), h("td", {}, percent(one.power, total)));
    return [
      h("p", { class: "lead" }, h("bdi", {}, sentence)),
      h("div", { class: "thirds" }, bar, h("span", { class: "third", "aria-hidden": "true" }, "1/3"), h("span", { class: "third two", "aria-hidden": "true" }, "2/3")),
      h("table", { class: "list" }, h("caption", { class: "sr" }, "Power of the active finality providers"), h("thead", { class: "sr" }, h("tr", {}, ...["Finality provider", "Stake", "Share"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, ...parts.slice(0, LISTED).map(line), more.length ? h("tr", {}, h("th", { scope: "row" }, `${number(more.length)} more`), h("td", {}, bitcoin(rest)), h("td", {}, percent(rest, total))) : null)),
      idle > 0 ? h("p", { class: "soft" }, `${bitcoin(idle)} of stake may not vote: its finality providers have no timestamped randomness, or are in jail.`) : null,
    ];
  });
};
