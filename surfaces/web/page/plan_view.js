// Draws one plan, and draws it anew in place: what did not change is not touched, so that nothing jumps, a form that
// is being written in stays, and the keyboard stays where it is.

import { drawTwice, make } from "/page/draw.js";

const STATES = { shown: "Waits for your yes", planned: "Planned", waiting: "Going on", wanted: "Needs you", paused: "Paused", missed: "Missed", over: "Cancelled" };
const WAITS = {
  answer: "waits for your answer",
  done: "waits until you did it",
  message: "waits for a message of yours",
  outcome: "at work",
};
const TOLD = { sms: "told by SMS", email: "told by email", slack: "told on Slack" };
const MARKS = { done: "✓", now: "●", "to come": "○", skipped: "–", failed: "✕", refused: "✕", unknown: "?", expired: "✕" };
const BUTTONS = [
  ["start", "Start it", "primary"],
  ["done", "Done", "primary"],
  ["answer", "Answer", "primary"],
  ["resume", "Resume", "primary"],
  ["pause", "Pause", "plain"],
  ["skip", "Skip", "plain"],
  ["run", "Run now", "plain"],
  ["change", "Change", "plain"],
  ["undo", "Take back", "plain"],
];
const DAY_MS = 86_400_000;
const PATIENCE_MS = 10_000;
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let drawn = 0;

export class PlanView {
  #say;
  #shown = "";
  #plan = null;
  #waiting = 0;
  #goal = make("h3", { className: "plan-goal" });
  #number = make("span", { className: "plan-number", ariaHidden: "true" });
  #pill = make("span", { className: "pill" });
  #line = make("p", { className: "quiet" });
  #steps = make("ol", { className: "steps" });
  #summary = make("summary");
  #details = make("details", { className: "plan-steps" });
  #buttons = make("div", { className: "choices", role: "group" });
  #form = make("div", { className: "plan-form" });

  /** say(words): says to the hub what a button here stands for. */
  constructor(say) {
    this.#say = say;
    this.#details.append(this.#summary, this.#steps);
    this.#goal.id = `plan-goal-${(drawn += 1)}`;
    this.element = make(
      "li",
      { className: "plan" },
      make("div", { className: "plan-head" }, this.#number, this.#goal),
      make("div", { className: "plan-state" }, this.#pill, this.#line),
      this.#details,
      this.#buttons,
      this.#form,
    );
    this.element.setAttribute("aria-labelledby", this.#goal.id);
  }

  show(plan) {
    const shown = JSON.stringify([plan, dayOf(Date.now(), plan.zone)]);
    if (shown === this.#shown) return;
    const before = this.#plan;
    this.#shown = shown;
    this.#plan = plan;
    this.element.dataset.state = plan.state;
    say(this.#number, `${plan.number}`);
    say(this.#goal, plan.goal);
    const state = stateOf(plan);
    say(this.#pill, STATES[state]);
    this.#pill.dataset.status = state;
    say(this.#line, lineOf(plan));
    this.#showSteps(plan, before);
    if (JSON.stringify(plan.can) !== JSON.stringify(before?.can)) this.#showButtons(plan);
    this.#enable(true);
    const asked = this.#form.dataset.verb;
    if (asked && !plan.can[asked]) this.#close();
  }

  #showSteps(plan, before) {
    const isGoingOn = plan.steps.some(({ state }) => state === "now");
    const was = before?.steps.some(({ state }) => state === "now") ?? false;
    this.#details.hidden = plan.reminder;
    if (!before) this.#details.open = plan.state === "shown" || isGoingOn;
    else if (isGoingOn && !was) this.#details.open = true;
    say(this.#summary, summaryOf(plan.steps));
    while (this.#steps.children.length > plan.steps.length) this.#steps.lastElementChild.remove();
    plan.steps.forEach((step, index) => {
      const known = this.#steps.children[index];
      const shown = JSON.stringify(step);
      if (known?.dataset.shown === shown) return;
      const line = drawStep(step);
      line.dataset.shown = shown;
      if (known) known.replaceWith(line);
      else this.#steps.append(line);
    });
  }

  /** The buttons of what can be said now; the one that has the keyboard keeps it where it is still there. */
  #showButtons({ number, goal, can }) {
    const held = this.#buttons.contains(document.activeElement) ? document.activeElement.dataset.verb : null;
    const about = `plan ${number}, ${goal}`;
    const found = BUTTONS.filter(([verb]) => verb in can).map(([verb, label, className]) => {
      const button = make("button", { type: "button", className, textContent: label, ariaLabel: `${label}: ${about}` });
      button.dataset.verb = verb;
      const isForm = verb === "answer" || verb === "change";
      if (isForm) button.setAttribute("aria-expanded", "false");
      button.addEventListener("click", () => (isForm ? this.#ask(verb, button) : this.#press(can[verb])));
      return button;
    });
    if ("cancel" in can) found.push(this.#drawCancel(can, about));
    this.#buttons.replaceChildren(...found);
    if (held === null) return;
    const kept = this.#buttons.querySelector(`[data-verb="${held}"]`) ?? this.#buttons.querySelector("button");
    kept?.focus({ preventScroll: true });
  }

  #drawCancel(can, about) {
    const cancel = "start" in can ? ["No", "Yes, drop it"] : ["Cancel", "Yes, cancel it"];
    const ending = drawTwice(...cancel, () => this.#press(can.cancel), `${cancel[0]}: ${about}`);
    for (const button of ending.querySelectorAll("button")) button.dataset.verb = "cancel";
    return ending;
  }

  #press(words) {
    this.#goal.tabIndex = -1;
    this.#goal.focus({ preventScroll: true });
    this.#enable(false);
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#enable(true), PATIENCE_MS);
    this.#say(words);
  }

  /** What was pressed is under way until the plan moves; if it does not, it may be pressed again. */
  #enable(isFree) {
    for (const button of this.#buttons.querySelectorAll("button")) button.disabled = !isFree;
  }

  /** Opens the form that belongs to the button, or closes it again. */
  #ask(verb, button) {
    if (this.#form.dataset.verb === verb) return this.#close(button);
    this.#close();
    this.#form.dataset.verb = verb;
    button.setAttribute("aria-expanded", "true");
    this.#form.append(verb === "answer" ? this.#drawAnswer() : this.#drawChange(this.#plan.steps));
    this.#form.querySelector("select, textarea").focus();
  }

  #close(button) {
    delete this.#form.dataset.verb;
    for (const one of this.#buttons.querySelectorAll("[aria-expanded]")) one.setAttribute("aria-expanded", "false");
    this.#form.replaceChildren();
    button?.focus();
  }

  #drawAnswer() {
    const words = make("textarea", { className: "field", rows: 2, maxLength: 4000, required: true });
    const label = make("label", { textContent: `Your answer to step ${this.#plan.steps.find(({ state }) => state === "now")?.number ?? ""}` }, words);
    return this.#drawForm([label], "Answer", () => filled(this.#plan.can.answer, { words: words.value }));
  }

  /** Any step but the one that is under way. */
  #drawChange(all) {
    const steps = all.filter(({ state }) => state !== "now");
    const choice = make("select", { className: "field" });
    for (const { number, words } of steps) choice.append(make("option", { value: `${number}`, textContent: `${number}. ${words}` }));
    choice.value = `${steps.find(({ state }) => state === "to come")?.number ?? steps[0].number}`;
    const words = make("textarea", { className: "field", rows: 2, maxLength: 2000, required: true });
    const take = () => (words.value = all[Number(choice.value) - 1].words);
    take();
    choice.addEventListener("change", take);
    const fields = [make("label", { textContent: "Which step" }, choice), make("label", { textContent: "What it shall be" }, words)];
    return this.#drawForm(fields, "Change it", () => filled(this.#plan.can.change, { step: choice.value, words: words.value }));
  }

  #drawForm(fields, label, wordsOf) {
    const keep = make("button", { type: "button", className: "plain", textContent: "Keep" });
    const form = make(
      "form",
      { className: "card flat" },
      ...fields,
      make("div", { className: "pair" }, make("button", { type: "submit", className: "primary", textContent: label }), keep),
    );
    const opener = () => this.#buttons.querySelector(`[data-verb="${this.#form.dataset.verb}"]`);
    keep.addEventListener("click", () => this.#close(opener()));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const words = wordsOf();
      this.#close();
      this.#press(words);
    });
    return form;
  }
}

function stateOf({ state, waits, steps }) {
  if (state !== "waiting") return state;
  if (waits === "answer" || waits === "done") return "wanted";
  return steps.some((step) => step.state === "now") ? "waiting" : "planned";
}

/** When it goes on, how it repeats, and where it is told, in one line. */
export function lineOf({ state, rhythm, at, zone, waits, surface, missed, deadline, most, used }) {
  const time = at === null ? "" : nameTime(at, zone);
  const next = waits === "time" || state === "shown" ? (rhythm && time ? `next ${time}` : time) : WAITS[waits] ?? "";
  const parts = [
    rhythm,
    next,
    TOLD[surface] ?? "",
    missed > 0 && `${missed} missed`,
    deadline !== null && `until ${nameTime(deadline, zone)}`,
    most !== null && `${used} of ${most} acts`,
  ];
  const line = parts.filter(Boolean).join(" · ");
  return line.charAt(0).toUpperCase() + line.slice(1);
}

function summaryOf(steps) {
  const now = steps.find(({ state }) => state === "now");
  if (now) return `Step ${now.number} of ${steps.length}`;
  return steps.length === 1 ? "1 step" : `${steps.length} steps`;
}

function drawStep({ number, words, state, came, quoted, at }) {
  const mark = make("span", { className: "step-mark", textContent: MARKS[state] ?? "○", ariaHidden: "true" });
  const text = make("span", { className: "step-words", textContent: words });
  text.dir = "auto";
  const body = make("div", { className: "step-body" }, make("span", { className: "unseen", textContent: `Step ${number}, ${state}: ` }), text);
  if (came || at !== null) {
    const told = [state === "done" ? "" : state, quoted && came ? `“${came}”` : came].filter(Boolean).join(": ");
    if (told) body.append(make("p", { className: "quiet step-came", dir: "auto", textContent: told }));
  }
  const line = make("li", {}, mark, body);
  line.dataset.state = state;
  if (state === "now") line.setAttribute("aria-current", "step");
  return line;
}

/** `today 08:00`, `tomorrow 08:00`, else the day, as the persona says it; by the plan's own clock, named where it is another than this one. */
function nameTime(at, zone) {
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(at * 1000);
  const days = Math.round((dayOf(at * 1000, zone) - dayOf(Date.now(), zone)) / DAY_MS);
  const day = { 0: "today", 1: "tomorrow", "-1": "yesterday" }[days];
  const isThisYear = Math.abs(days) < 180;
  const date = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", year: isThisYear ? undefined : "numeric", timeZone: zone });
  const elsewhere = zone === ownZone || sameClock(zone, at) ? "" : ` (${zone})`;
  return `${day ?? date.format(at * 1000)} ${clock}${elsewhere}`;
}

function sameClock(zone, at) {
  const shown = (timeZone) => new Intl.DateTimeFormat("en", { dateStyle: "short", timeStyle: "short", timeZone }).format(at * 1000);
  return shown(zone) === shown(ownZone);
}

/** The day that a clock of that zone shows, in milliseconds, comparable with another of the same zone. */
function dayOf(milliseconds, zone) {
  const parts = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone }).format(milliseconds);
  return Date.parse(`${parts}T00:00:00Z`);
}

function filled(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name].trim().replace(/\s+/g, " "));
}

function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
