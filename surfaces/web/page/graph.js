// Draws what is known about the person with cytoscape: the person in the middle, what is believed around them, and
// what that speaks of around it. Looked at beside the list, which says the same in words.

import cytoscape from "/page/cytoscape.mjs";
import { KINDS, nameOf, stateOf } from "/page/person_view.js";

const YOU = "you";
const COLOURS = {
  preference: "--accent",
  decision: "--calm",
  concern: "--warn",
  stance: "--slack",
  action: "--bad",
  texture: "--sms",
  topic: "--line-strong",
  person: "--line-strong",
  thing: "--line-strong",
};
const LONGEST_NAME = 52;
const [CARD, LINE, LETTERS_A_LINE] = [116, 16, 13];
const [LETTER, TAG] = [7.2, 26];
/** The half-axes of the innermost ring, how much wider each further one is, and how far apart things stand on it. */
const [FIRST, FURTHER] = [{ x: 195, y: 118 }, { x: 138, y: 96 }];
const ROOM = { card: 128, tag: 92 };
/** Of traits; more are a thicket, and stand in the list. */
const MOST = 60;
/** Below it nothing can be read, so what does not fit is looked for by moving. */
const READABLE = 0.72;
const ZOOM_STEP = 1.3;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class GraphView {
  #cy;
  #canvas;
  #onPick;

  /** parts: canvas, and the buttons nearer, farther, whole; onPick(id) takes what was pressed. */
  constructor({ canvas, nearer, farther, whole }, onPick) {
    this.#canvas = canvas;
    this.#onPick = onPick;
    this.#cy = cytoscape({ container: canvas, style: styles(canvas), minZoom: 0.15, maxZoom: 2.5, boxSelectionEnabled: false, userZoomingEnabled: matchMedia("(hover: none)").matches });
    this.#cy.on("tap", "node", (event) => this.#press(event.target.id()));
    this.#cy.on("tap", (event) => event.target === this.#cy && this.#light(null));
    nearer.addEventListener("click", () => this.#zoom(ZOOM_STEP));
    farther.addEventListener("click", () => this.#zoom(1 / ZOOM_STEP));
    whole.addEventListener("click", () => this.#fit());
    new ResizeObserver(() => this.#resize()).observe(canvas);
    const theme = () => this.#cy.style(styles(canvas));
    new MutationObserver(theme).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", theme);
  }

  /** Takes in what is new and lets go of what is gone; the view stays where it is. Answers how many traits it leaves out. */
  show(all, edges) {
    const { nodes, left } = surest(all, edges);
    const isFirst = this.#cy.elements().empty();
    const wanted = new Map(elementsOf(nodes, edges).map((one) => [one.data.id, one]));
    const gone = this.#cy.elements().filter((one) => !wanted.has(one.id()));
    const fresh = [...wanted.values()].filter(({ data }) => this.#cy.getElementById(data.id).empty());
    this.#cy.batch(() => {
      gone.remove();
      this.#cy.add(fresh);
      for (const { data, position } of wanted.values()) {
        const one = this.#cy.getElementById(data.id).data(data);
        if (position) one.position(position);
      }
    });
    if (isFirst) this.#begin();
    return left;
  }

  /** Lights up one and what hangs on it. */
  pick(id) {
    const found = this.#cy.getElementById(id);
    this.#light(found.nonempty() ? found : null);
  }

  #press(id) {
    this.pick(id);
    if (id !== YOU) this.#onPick(id);
  }

  #light(node) {
    this.#cy.elements().removeClass("lit dim");
    if (node === null || node.id() === YOU) return;
    const near = node.closedNeighborhood();
    near.addClass("lit");
    this.#cy.elements().not(near).addClass("dim");
  }

  /** Everything where it can be read so, else the middle, around which the surest stands. */
  #begin() {
    this.#cy.fit(undefined, 12);
    if (this.#cy.zoom() >= READABLE) return this.#cy.zoom(Math.min(1, this.#cy.zoom())) && this.#cy.center();
    this.#cy.zoom(READABLE);
    this.#cy.center(this.#cy.getElementById(YOU));
  }

  #fit() {
    if (still.matches) this.#cy.fit(undefined, 12);
    else this.#cy.animate({ fit: { eles: this.#cy.elements(), padding: 12 } }, { duration: 200 });
  }

  #zoom(by) {
    const centre = { x: this.#canvas.clientWidth / 2, y: this.#canvas.clientHeight / 2 };
    this.#cy.zoom({ level: this.#cy.zoom() * by, renderedPosition: centre });
  }

  #resize() {
    if (this.#canvas.clientWidth === 0) return;
    this.#cy.resize();
    this.#begin();
  }
}

/** The traits that are surest, with what they speak of; all where they are few. */
function surest(all, edges) {
  const traits = all.filter(isTrait).sort(bySureness);
  if (traits.length <= MOST) return { nodes: all, left: 0 };
  const kept = new Set(traits.slice(0, MOST).map(({ id }) => id));
  for (const { from, to, kind } of edges) if (kind === "about" && kept.has(from)) kept.add(to);
  return { nodes: all.filter(({ id }) => kept.has(id)), left: traits.length - MOST };
}

const byId = (one, other) => (one.id < other.id ? -1 : 1);
const bySureness = (one, other) => other.stable - one.stable || other.confidence - one.confidence || byId(one, other);

function elementsOf(nodes, edges) {
  const ids = new Set(nodes.map(({ id }) => id));
  const drawn = edges.filter(({ from, to }) => ids.has(from) && ids.has(to));
  const spoken = new Set(drawn.filter(({ kind }) => kind === "about").map(({ to }) => to));
  const own = nodes.filter((node) => !spoken.has(node.id)).map((node) => lineOf(YOU, node.id));
  const places = placesOf(nodes, drawn);
  return [
    { group: "nodes", data: { id: YOU, name: "You", kind: "you", state: "stable", width: 58, height: 58 }, position: { x: 0, y: 0 } },
    ...nodes.map((node) => ({ group: "nodes", data: { id: node.id, kind: node.kind, state: stateOf(node), ...boxOf(node) }, position: places.get(node.id) })),
    ...own,
    ...drawn.map(({ from, to, kind }) => lineOf(from, to, kind)),
  ];
}

const lineOf = (source, target, kind = "own") => ({ group: "edges", data: { id: `${source}>${target}`, source, target, kind } });

function boxOf(node) {
  const whole = nameOf(node);
  const name = whole.length > LONGEST_NAME ? `${whole.slice(0, LONGEST_NAME - 1)}…` : whole;
  if (isTrait(node)) return { name, width: CARD, height: LINE * linesOf(name) + 14 };
  return { name, width: Math.max(44, Math.min(CARD, LETTER * name.length + 18)), height: TAG };
}

/** In how many lines the words stand in a card. */
function linesOf(words) {
  let [lines, length] = [1, 0];
  for (const word of words.split(" ")) {
    const isNext = length > 0 && length + 1 + word.length > LETTERS_A_LINE;
    lines += isNext ? 1 : 0;
    length = isNext ? word.length : length + 1 + word.length;
  }
  return lines;
}

const isTrait = ({ you }) => you !== undefined;

/** Where each stands: traits on rings around the person, the surest inside, and what they speak of beyond, on their side. */
function placesOf(nodes, edges) {
  const turns = new Map();
  const places = new Map();
  const sides = new Map(nodes.map((node) => [node.id, edges.filter(({ to }) => to === node.id).map(({ from }) => from)]));
  const traits = nodes.filter(isTrait).sort(bySureness);
  const others = nodes.filter((node) => !isTrait(node));
  let ring = 0;
  for (let at = 0; at < traits.length; ring += 1) {
    const here = traits.slice(at, (at += roomOn(ring, ROOM.card))).sort((one, other) => orderOf(one) - orderOf(other) || byId(one, other));
    here.forEach(({ id }, place) => turns.set(id, (2 * Math.PI * (place + (ring % 2) / 2)) / here.length));
    for (const { id } of here) places.set(id, pointOn(ring, turns.get(id)));
  }
  const wanted = new Map(others.map((node) => [node.id, middleOf(sides.get(node.id).map((id) => turns.get(id)).filter((turn) => turn !== undefined))]));
  others.sort((one, other) => wanted.get(one.id) - wanted.get(other.id) || byId(one, other));
  for (let at = 0; at < others.length; ring += 1) {
    const here = others.slice(at, (at += roomOn(ring, ROOM.tag)));
    apart(here.map(({ id }) => wanted.get(id)), (2 * Math.PI) / roomOn(ring, ROOM.tag)).forEach((turn, place) => places.set(here[place].id, pointOn(ring, turn)));
  }
  return places;
}

const orderOf = ({ kind }) => Object.keys(KINDS).indexOf(kind);
const axesOf = (ring) => ({ x: FIRST.x + ring * FURTHER.x, y: FIRST.y + ring * FURTHER.y });

/** How many stand on a ring without touching. */
function roomOn(ring, room) {
  const { x, y } = axesOf(ring);
  return Math.floor((2 * Math.PI * Math.sqrt((x * x + y * y) / 2)) / room);
}

/** On a ring with filled corners, since a drawing is no circle. */
function pointOn(ring, turn) {
  const { x, y } = axesOf(ring);
  const filled = (part) => Math.sign(part) * Math.abs(part) ** 0.75;
  return { x: x * filled(Math.cos(turn)), y: y * filled(Math.sin(turn)) };
}

/** The middle of some directions, in 0 to 2π; to the right where there is none. */
function middleOf(turns) {
  const [x, y] = [Math.cos, Math.sin].map((part) => turns.reduce((sum, turn) => sum + part(turn), 0));
  return (Math.atan2(y, x) + 2 * Math.PI) % (2 * Math.PI);
}

/** The directions in their order, each at least so far behind the one before, evenly where that goes round. */
function apart(turns, gap) {
  const moved = [];
  for (const turn of turns) moved.push(Math.max(turn, (moved.at(-1) ?? -Infinity) + gap));
  const isRound = moved.at(-1) - moved[0] > 2 * Math.PI - gap;
  return isRound ? turns.map((_, at) => (2 * Math.PI * at) / turns.length) : moved;
}

/** In the colours that the page has now; a canvas knows no variables of the style sheet. */
function styles(canvas) {
  const probe = document.createElement("span");
  canvas.append(probe);
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const [ink, surface, tag, line, button, onButton, accent] = ["--ink", "--surface", "--still", "--line-strong", "--button", "--on-button", "--accent"].map(colour);
  const font = getComputedStyle(document.body).fontFamily;
  const kinds = Object.keys(KINDS).map((kind) => ({ selector: `node[kind = "${kind}"]`, style: { "border-color": colour(COLOURS[kind]) } }));
  probe.remove();
  const card = { shape: "round-rectangle", width: "data(width)", height: "data(height)", "text-max-width": CARD - 12 };
  return [
    { selector: "node", style: { label: "data(name)", color: ink, "font-family": font, "font-size": 13, "line-height": 1.2, "text-wrap": "wrap", "text-valign": "center", "text-halign": "center", "background-color": surface, "border-width": 2, "min-zoomed-font-size": 5, ...card } },
    ...kinds,
    { selector: 'node[kind = "topic"], node[kind = "person"], node[kind = "thing"]', style: { "border-width": 1, "font-size": 12, "background-color": tag, "text-wrap": "ellipsis" } },
    { selector: 'node[kind = "you"]', style: { shape: "ellipse", "background-color": button, "border-color": button, color: onButton, "border-width": 0, "font-weight": 700, "font-size": 15 } },
    { selector: 'node[state = "passing"], node[state = "faded"]', style: { "border-style": "dashed", "border-width": 1.5 } },
    { selector: 'node[state = "superseded"], node[state = "contested"]', style: { "border-style": "dotted", opacity: 0.55 } },
    { selector: "edge", style: { width: 1.2, "line-color": line, opacity: 0.7, "curve-style": "bezier" } },
    { selector: 'edge[kind = "superseded by"]', style: { "line-style": "dashed", "target-arrow-shape": "triangle", "target-arrow-color": line, "arrow-scale": 0.9 } },
    { selector: "node.lit", style: { "border-width": 3 } },
    { selector: "edge.lit", style: { width: 2.4, "line-color": accent, opacity: 1 } },
    { selector: ".dim", style: { opacity: 0.28 } },
    { selector: "node:active", style: { "overlay-color": accent, "overlay-opacity": 0.12 } },
  ];
}
