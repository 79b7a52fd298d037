// What was made of how the person writes: that an address was closed, or that a link was suggested, and by what.
//
// The hub sends here only what this address may know of it, so what is not sent is not drawn: who writes like somebody
// known sees no measure before both have proven that they are one.

import { badge, drawTwice, make, nameOfSurface } from "/page/draw.js";

const moment = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export class LikenessView {
  #place;
  #say;
  #shown = "null";

  /** place: the element that it stands in; say(words). */
  constructor(place, say) {
    this.#place = place;
    this.#say = say;
  }

  /** Draws it; what did not change stays as it is, so that nothing that was opened closes. */
  show(likeness) {
    const shown = JSON.stringify(likeness ?? null);
    if (shown === this.#shown) return;
    const wasOpen = this.#place.querySelector("details")?.open ?? false;
    this.#shown = shown;
    this.#place.replaceChildren(...(likeness ? [this.#draw(likeness, wasOpen)] : []));
  }

  #draw(likeness, isOpen) {
    const section = make("section", { className: "manner likeness", ariaLabel: "How you write, compared" });
    section.append(...LEADS[likeness.what](likeness), ...this.#drawChoices(likeness));
    if (likeness.parts) section.append(drawGrounds(likeness, isOpen));
    return section;
  }

  #drawChoices({ what, can }) {
    const choices = make("div", { className: "choices", role: "group" });
    if (can.link) {
      const link = make("button", { type: "button", className: "plain", textContent: what === "closing" ? "It was me: prove it" : "Link another address" });
      link.addEventListener("click", () => this.#say(can.link));
      choices.append(link);
    }
    if (can.unlink) choices.append(drawTwice("Somebody else has it", "Yes, unlink it", () => this.#say(can.unlink), "Somebody else has it: unlink this address"));
    return choices.children.length > 0 ? [choices] : [];
  }
}

/** How each begins; of a closed address also what may be done about it. */
const LEADS = {
  closing: ({ at, address, chance, proven }) => [
    make("p", {}, `${moment.format(at * 1000)}: I closed `, ...drawAddress(address), ". What came from there was ", make("strong", { textContent: chanceOf(chance) }), " likely to be yours, by how it was written."),
    make("p", { className: "quiet", textContent: proven ? "You have shown since that it is you, and it is open again." : address ? "It opens nothing of yours, and nothing that is said there is kept, until you prove that it is you." : "It is linked to you no more." }),
  ],
  like: ({ at, chance }) => [
    make("p", {}, `${moment.format(at * 1000)}: I told you how to link, since you wrote like somebody whom I knew: `, make("strong", { textContent: chanceOf(chance) }), " sure that it is one person."),
    make("p", { className: "quiet", textContent: "You have shown on both sides since that you are. It opened nothing before." }),
  ],
  hint: ({ at }) => [
    make("p", { textContent: `${moment.format(at * 1000)}: I told you how to link, since how you write here made me ask whether I know you from elsewhere.` }),
    make("p", { className: "quiet", textContent: "Nothing is opened by it. By what, and how sure, I tell once both sides have shown that they are one; before that it would help whoever tries to write like somebody else." }),
  ],
};

function drawAddress(address) {
  if (!address) return ["an address of yours"];
  return [badge(address.surface), " ", make("strong", { textContent: address.id })];
}

function drawGrounds({ parts, habits }, isOpen) {
  const details = make("details", { open: isOpen }, make("summary", { textContent: "By what" }));
  details.append(make("p", { className: "quiet", textContent: "What speaks against one writer stands to the left, what speaks for one to the right." }), drawParts(parts));
  const sides = [
    ["Habits of the keyboard that speak for one writer", habits.filter(({ weight }) => weight > 0)],
    ["Habits of the keyboard that speak against it", habits.filter(({ weight }) => weight <= 0)],
  ];
  // What decided comes first.
  if (parts.reduce((sum, { weight }) => sum + weight, 0) < 0) sides.reverse();
  for (const [title, found] of sides) if (found.length > 0) details.append(make("h4", { textContent: title }), ...found.map(drawHabit));
  return details;
}

/** A bar for each family of marks, out of the middle: to the right for, to the left against. */
function drawParts(parts) {
  const most = Math.max(...parts.map(({ weight }) => Math.abs(weight)), 0.01);
  const list = make("ul", { className: "weights" });
  for (const { says, weight } of parts) {
    const bar = make("span", { className: "weight", ariaHidden: "true" }, make("span"));
    bar.dataset.side = weight < 0 ? "against" : "for";
    bar.firstElementChild.style.width = `${(50 * Math.abs(weight)) / most}%`;
    list.append(make("li", {}, make("span", { textContent: says }), bar, make("span", { className: "count", textContent: `${weight < 0 ? "−" : "+"}${Math.abs(weight).toFixed(1)}` })));
  }
  return list;
}

/** One habit: how often it stands in what was looked at, in what else is the person's, and in everybody's. */
function drawHabit({ says, here, fresh, share, theirs, heard, each }) {
  const rows = [["there", here / fresh, `${here} of ${fresh}`]];
  if (heard) rows.push(["in yours", theirs / heard, `${theirs} of ${heard}`]);
  rows.push(...each.filter(({ of }) => of > 0).map(({ surface, count, of }) => [nameOfSurface(surface), count / of, `${count} of ${of}`]));
  rows.push(["everybody’s", share, percent(share)]);
  const list = make("ul", { className: "meters", ariaLabel: says });
  list.append(...rows.map(([name, part, told]) => drawMeter(name, part, told)));
  return make("div", { className: "habit" }, make("p", { textContent: says }), list);
}

function drawMeter(name, part, told) {
  const meter = make("span", { className: "meter", ariaHidden: "true" }, make("span"));
  meter.firstElementChild.style.width = percent(part).replace(" ", "");
  return make("li", {}, make("span", { textContent: name }), meter, make("span", { className: "count", textContent: told }));
}

const percent = (share) => `${Math.round(share * 100)} %`;

/** How sure it is; never as if it were certain. */
const chanceOf = (chance) => (chance < 0.01 ? "less than 1 %" : chance > 0.99 ? "more than 99 %" : percent(chance));
