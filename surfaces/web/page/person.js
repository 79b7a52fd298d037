// The panel of what is known about the person: a list of it, each with the person's own words, and a drawing beside it.
//
// The list is the whole of it, for the keyboard, for who listens, and for narrow screens; the drawing adds how things
// hang together, and its library is fetched only when it is first looked at. A button says the words that could be
// typed just as well, and what comes of it is read back from the hub.

import { readPerson } from "/page/hub.js";
import { Panel } from "/page/panel.js";
import { Told } from "/page/told.js";
import { LikenessView } from "/page/likeness.js";
import { drawManner } from "/page/manner.js";
import { PersonView } from "/page/person_view.js";

// It must match the style sheet: where the panel is a neighbour of the conversation, there is room for a drawing.
const isRoomy = matchMedia("(min-width: 960px)");

export class Person {
  #parts;
  #panel;
  #told;
  #view;
  #likeness;
  #graph = null;
  #known = null;
  #shown = { nodes: [], edges: [] };
  #isReading = false;
  #isStale = false;

  /** parts: the elements that index.html names in its panel; handlers: say(text). */
  constructor(parts, handlers) {
    this.#parts = parts;
    this.#told = new Told(parts.told, handlers.say);
    this.#panel = new Panel(parts, { onOpen: () => this.#open(), onClose: () => this.#told.clear() });
    this.#view = new PersonView(parts.list, { say: (words) => this.#told.say(words), onPick: (id) => this.#graph?.pick(id) });
    this.#likeness = new LikenessView(parts.likeness, (words) => this.#told.say(words));
    parts.all.addEventListener("change", () => this.#show());
    parts.again.addEventListener("click", () => this.#tryAgain());
    parts.drawing.addEventListener("toggle", () => this.#draw());
  }

  /** Offers the panel once somebody is signed in. */
  offer() {
    this.#parts.opener.hidden = false;
  }

  withdraw() {
    if (this.#panel.isOpen) this.#panel.close();
    this.#parts.opener.hidden = true;
  }

  /** Takes what the persona has just said: the answer to what a button here said. */
  notice(text) {
    this.#told.notice(text);
  }

  /** Reads it anew where it is looked at; asked for meanwhile, it looks once more afterwards. */
  async refresh() {
    this.#isStale = true;
    if (this.#isReading || !this.#panel.isOpen) return;
    this.#isReading = true;
    this.#parts.trouble.hidden = true;
    while (this.#isStale && this.#panel.isOpen) {
      this.#isStale = false;
      const told = await readPerson().catch(() => null);
      this.#parts.loading.hidden = true;
      // Away or signed out: the feed notices too and says so; the next time it moves, this is read again.
      this.#parts.trouble.hidden = told !== null;
      if (told) this.#take(told);
    }
    this.#isReading = false;
  }

  /** The button that was pressed goes; the keyboard is not left nowhere. */
  #tryAgain() {
    this.#parts.closer.focus({ preventScroll: true });
    this.refresh();
  }

  #open() {
    if (this.#known === null) {
      this.#parts.loading.hidden = false;
      this.#parts.drawing.open = isRoomy.matches;
    }
    this.refresh();
  }

  #take(told) {
    this.#known = told;
    this.#show();
  }

  #show() {
    const told = this.#known;
    if (told === null) return;
    const traits = told.nodes.filter((node) => "you" in node);
    const passing = traits.filter((node) => !node.stable);
    const nodes = this.#parts.all.checked ? told.nodes : whatStands(told);
    this.#parts.empty.hidden = traits.some((node) => node.stable);
    this.#parts.about.hidden = told.messages === 0;
    this.#parts.about.textContent = aboutOf(told);
    this.#parts.allLine.hidden = passing.length === 0;
    this.#parts.allCount.textContent = passing.length;
    this.#parts.drawing.hidden = nodes.length === 0;
    this.#parts.manner.replaceChildren(...drawManner(told, (id) => this.#view.open(id)));
    this.#likeness.show(told.likeness);
    this.#view.show(nodes, told);
    this.#shown = { nodes, edges: told.edges };
    this.#draw();
  }

  /** Draws what the list shows, once the drawing is open; without its library it says so. */
  async #draw() {
    if (!this.#parts.drawing.open || this.#parts.drawing.hidden || this.#shown.nodes.length === 0) return;
    if (this.#graph === null) {
      try {
        const { GraphView } = await import("/page/graph.js");
        this.#graph ??= new GraphView(this.#parts, (id) => this.#view.open(id));
      } catch {
        this.#parts.drawingTold.textContent = "The drawing could not be loaded; the list says the same.";
        this.#parts.canvas.hidden = true;
        return;
      }
    }
    const left = this.#graph.show(this.#shown.nodes, this.#shown.edges);
    this.#parts.drawingTold.textContent = left > 0 ? `Drawn is what is surest; ${left.toLocaleString()} more stand in the list.` : "";
  }
}

/** The traits that are acted on, and what they speak of. */
function whatStands({ nodes, edges }) {
  const held = new Set(nodes.filter((node) => node.stable).map((node) => node.id));
  const about = new Set(edges.filter(({ from, kind }) => kind === "about" && held.has(from)).map(({ to }) => to));
  return nodes.filter((node) => held.has(node.id) || about.has(node.id));
}

function aboutOf({ messages, conversations }) {
  const counted = (count, one) => `${count.toLocaleString()} ${one}${count === 1 ? "" : "s"}`;
  return `All of it rests on your own words: ${counted(messages, "message")} in ${counted(conversations, "conversation")}. What you passed on from others, and what I said, shows nothing of you.`;
}
