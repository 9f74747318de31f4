// Elements out of data. Text becomes text nodes and nothing else, whatever it holds.

export type Child = Node | string | null | false;

export const h = (tag: string, attributes: Readonly<Record<string, string | number | boolean>> = {}, ...children: Child[]): HTMLElement => fill(document.createElement(tag), attributes, children);

const SVG = "http://www.w3.org/2000/svg";
export const svg = (tag: string, attributes: Readonly<Record<string, string | number | boolean>> = {}, ...children: Child[]): SVGElement => fill(document.createElementNS(SVG, tag), attributes, children);

const fill = <E extends Element>(element: E, attributes: Readonly<Record<string, string | number | boolean>>, children: Child[]): E => {
  for (const [name, value] of Object.entries(attributes)) if (value !== false) element.setAttribute(name, String(value));
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
};

export const at = <E extends HTMLElement = HTMLElement>(id: string): E => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as E;
};

const drawn = new Map<string, string>();

/** Fills an element anew if what it shows has changed: a selection, or a reader's place, is not lost each second. */
export const show = (id: string, view: unknown, build: () => Child[]): void => {
  const text = JSON.stringify(view);
  if (drawn.get(id) === text) return;
  drawn.set(id, text);
  at(id).replaceChildren(...build().filter((child): child is Node | string => child !== null && child !== false));
};

/** A name that may run from right to left keeps that to itself. */
export const name = (text: string): HTMLElement => h("bdi", {}, text);
