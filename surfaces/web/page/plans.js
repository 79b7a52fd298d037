// The panel of the person's plans, and the card below a plan that waits for a yes.
//
// A button says the words that could be typed just as well, so there is one way in which a plan is changed; what
// comes of it is read back from the hub. Whatever moves a plan moves the feed, and then the plans are read anew.

import { readPlans } from "/page/hub.js";
import { make } from "/page/draw.js";
import { Panel } from "/page/panel.js";
import { PlanView, lineOf } from "/page/plan_view.js";

const ANSWERED_WITHIN_MS = 15_000;
const LONGEST_TOLD = 600;
const WANTED = new Set(["yes", "answer", "done"]);

export class Plans {
  #parts;
  #handlers;
  #panel;
  #views = new Map();
  #cards = new Map();
  #reading = false;
  #isStale = false;
  #saidAt = 0;

  /** parts: the elements that index.html names in its panel; handlers: say(text), onCards(Map of message id → element). */
  constructor(parts, handlers) {
    this.#parts = parts;
    this.#handlers = handlers;
    this.#panel = new Panel(parts, { onOpen: () => this.refresh(), onClose: () => this.#tell("") });
    parts.form.addEventListener("submit", (event) => this.#make(event));
    document.addEventListener("visibilitychange", () => document.hidden || parts.opener.hidden || this.refresh());
  }

  /** Offers the panel once somebody is signed in. */
  offer() {
    this.#parts.opener.hidden = false;
    this.refresh();
  }

  withdraw() {
    if (this.#panel.isOpen) this.#panel.close();
    this.#parts.opener.hidden = true;
  }

  /** Takes what the persona has just said: the answer to what a button here said. */
  notice(text) {
    if (performance.now() - this.#saidAt > ANSWERED_WITHIN_MS) return;
    this.#saidAt = 0;
    if (this.#panel.isOpen) this.#tell(text.length > LONGEST_TOLD ? `${text.slice(0, LONGEST_TOLD)}…` : text);
  }

  /** Reads how all plans stand; asked for meanwhile, it looks once more afterwards. */
  async refresh() {
    if (this.#reading || document.hidden) {
      this.#isStale = true;
      return;
    }
    this.#reading = true;
    do {
      this.#isStale = false;
      // Away or signed out: the feed notices too and says so; the next time it moves, the plans are read again.
      const told = await readPlans().catch(() => null);
      if (told) this.#show(told.plans);
    } while (this.#isStale && !document.hidden);
    this.#reading = false;
  }

  #show(plans) {
    const seen = new Map(plans.map((plan) => [`${plan.number}/${plan.made}`, plan]));
    for (const [key, view] of this.#views) if (!seen.has(key)) this.#drop(key, view);
    let before = null;
    for (const [key, plan] of seen) {
      if (!this.#views.has(key)) this.#views.set(key, new PlanView((words) => this.#say(words)));
      const view = this.#views.get(key);
      view.show(plan);
      const place = before ? before.nextElementSibling : this.#parts.list.firstElementChild;
      if (place !== view.element) this.#parts.list.insertBefore(view.element, place);
      before = view.element;
    }
    this.#parts.empty.hidden = plans.length > 0;
    this.#showWaiting(plans.filter((plan) => WANTED.has(plan.waits)).length);
    this.#showCards(plans);
  }

  /** A plan that is over leaves; whoever was on one of its buttons goes on with the list. */
  #drop(key, view) {
    const had = view.element.contains(document.activeElement);
    this.#views.delete(key);
    view.element.remove();
    if (had) this.#parts.closer.focus({ preventScroll: true });
  }

  #showWaiting(count) {
    this.#parts.opener.dataset.waiting = count || "";
    this.#parts.opener.setAttribute("aria-label", count ? `Plans, ${count} waiting for you` : "Plans");
  }

  /** A card below each plan that waits for a yes; answered, wherever that was, it says how and has no buttons. */
  #showCards(plans) {
    const open = new Map(plans.filter((plan) => plan.state === "shown").map((plan) => [plan.message, plan]));
    const known = new Map(plans.map((plan) => [plan.message, plan]));
    const cards = new Map(this.#cards);
    for (const [message, plan] of open) if (!cards.has(message)) cards.set(message, this.#drawCard(plan));
    for (const [message, card] of cards) {
      const isOpen = open.has(message);
      if (!isOpen && card.dataset.state === "open") closeCard(card, known.get(message));
    }
    if (cards.size === this.#cards.size) return;
    this.#cards = cards;
    this.#handlers.onCards(new Map(cards));
  }

  #drawCard({ number, goal, can }) {
    const told = make("p", { className: "came" });
    told.setAttribute("role", "status");
    const card = make("section", { className: "question plan-card", ariaLabel: "A plan that waits for your yes" });
    const press = (words) => {
      for (const button of card.querySelectorAll("button")) button.disabled = true;
      told.textContent = "Taken down…";
      this.#say(words);
      setTimeout(() => {
        if (card.dataset.state !== "open") return;
        for (const button of card.querySelectorAll("button")) button.disabled = false;
        told.textContent = "";
      }, ANSWERED_WITHIN_MS);
    };
    const buttons = [
      ["Start it", "primary", can.start],
      ["No", "plain", can.cancel],
    ].map(([label, className, words]) => {
      const button = make("button", { type: "button", className, textContent: label, ariaLabel: `${label}: plan ${number}, ${goal}` });
      button.addEventListener("click", () => press(words));
      return button;
    });
    card.dataset.state = "open";
    card.append(make("div", { className: "choices", role: "group" }, ...buttons), told);
    card.append(make("p", { className: "quiet", textContent: "Nothing of it happens before your yes." }));
    return card;
  }

  #make(event) {
    event.preventDefault();
    const { goal, steps, when, form, making } = this.#parts;
    const lines = steps.value.split("\n").map((line) => line.replace(/^\s*(?:\d+[.)]|[-*•])\s*/, "").trim()).filter(Boolean);
    if (lines.length === 0) return steps.focus();
    const opening = when.value.trim() ? `plan ${when.value.trim()}: ` : "plan: ";
    this.#say([opening + goal.value.trim(), ...lines.map((line, index) => `${index + 1}. ${line}`)].join("\n"));
    form.reset();
    making.open = false;
    making.querySelector("summary").focus();
  }

  #say(words) {
    this.#saidAt = performance.now();
    this.#tell("Taken down…");
    this.#handlers.say(words);
  }

  #tell(words) {
    this.#parts.told.textContent = words;
  }
}

function closeCard(card, plan) {
  const told = card.querySelector(".came");
  const had = card.contains(document.activeElement);
  card.dataset.state = plan ? "started" : "dropped";
  card.ariaLabel = "A plan that had its answer";
  card.replaceChildren(told);
  told.textContent = plan ? `Plan ${plan.number} has started · ${lineOf(plan)}` : "Not started.";
  if (!had) return;
  told.tabIndex = -1;
  told.focus({ preventScroll: true });
}
