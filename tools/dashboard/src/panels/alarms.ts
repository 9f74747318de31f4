import type { Check, State } from "../api.js";
import { at, h, name, show } from "../dom.js";
import { grouped, plural } from "../format.js";
import { sorted } from "../view/alarms.js";
import { mark } from "./rows.js";

const item = ({ id, level, what, hint }: Check): HTMLElement =>
  h("li", {}, mark(level === "critical" ? "bad" : level), h("div", {}, h("span", {}, name(grouped(what))), " ", h("small", { class: "soft mono" }, id), hint ? h("pre", { tabindex: 0, "aria-label": "what to do" }, hint) : null));

export const showAlarms = (state: State): void => {
  const { alarms, unknown } = sorted(state);
  at("alarms-panel").hidden = alarms.length + unknown.length === 0;
  show("alarms", [alarms, unknown], () => [
    h("h2", {}, alarms.length ? plural(alarms.length, "alarm") : "No alarm"),
    alarms.length ? h("ul", { class: "alarms" }, ...alarms.map(item)) : null,
    unknown.length ? h("details", {}, h("summary", {}, `${plural(unknown.length, "thing")} could not be looked at`), h("ul", { class: "alarms" }, ...unknown.map(item))) : null,
  ]);
};
