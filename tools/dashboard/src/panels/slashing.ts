import type { State } from "../api.js";
import { h, name, show } from "../dom.js";
import { feed, slashed } from "../view/feed.js";
import { mark, NOTHING } from "./rows.js";

export const slashing = (state: State): void => {
  const [gone, items] = [slashed(state), feed(state)];
  const isRead = state.health !== null;
  show("slashing", [gone, isRead], () => [
    gone.length
      ? h("ul", { class: "alarms" }, ...gone.map((one) => h("li", {}, mark(one.done ? "bad" : "warning"), h("div", {}, h("b", {}, name(one.name)), ` ${one.what}; ${one.evidence}. `, h("small", { class: "soft mono" }, `key ${one.key}`)))))
      : h("p", { class: "soft" }, isRead ? "Nobody has signed twice." : NOTHING),
  ]);
  show("feed", [items, isRead], () => [
    items.length
      ? h("ol", { class: "feed" }, ...items.map((one) => h("li", { class: one.bad ? "bad" : "" }, h("span", { class: "soft" }, one.when), h("span", { class: "soft" }, one.height), h("bdi", {}, one.text))))
      : h("p", { class: "soft" }, isRead ? "Nothing out of the ordinary since this was started." : NOTHING),
  ]);
};

export const trust = (state: State): void =>
  show("trust", state.trust, () => {
    if (!state.trust.length) return [h("p", { class: "soft" }, NOTHING)];
    const line = (row: State["trust"][number]): HTMLElement => h("tr", {}, h("td", { class: "how" }, row.how === "verified" ? "✓ verified" : "trusted"), h("th", { scope: "row" }, name(row.what)), h("td", {}, h("bdi", {}, row.by)));
    return [h("table", { class: "trust" }, h("caption", { class: "sr" }, "What the contract verifies and what it believes"), h("thead", { class: "sr" }, h("tr", {}, ...["How", "What", "By"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, ...state.trust.map(line)))];
  });
