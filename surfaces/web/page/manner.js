// How the persona takes the person, what it expects of them when something fails, and what both rest on.

import { make, marked, placeOf } from "/page/draw.js";

const TAKEN = {
  skeptic: ["a skeptic", "so I lead with what something rests on."],
  operator: ["an operator", "so I act first, and report in a line."],
  regular: ["a regular", "so we go on from what we share."],
  newcomer: ["a newcomer", "so I explain the ground first."],
};
const REACTIONS = {
  retries: "try it again",
  "asks why": "ask why",
  "works around": "find another way",
  escalates: "insist",
  leaves: "leave it",
  forgives: "let it pass",
};

/** The sections of it; none where the hub told none. `open(id)` shows a trait in the list. */
export function drawManner({ manner, nodes }, open) {
  if (!manner) return [];
  return [drawStance(manner, new Map(nodes.map((node) => [node.id, node])), open), drawForecast(manner.forecast)].filter(Boolean);
}

function drawStance({ shares, served, because }, known, open) {
  const all = Object.entries(shares).filter(([, share]) => share >= 0.005).sort(([, one], [, other]) => other - one);
  const told = all.map(([stance, share]) => `${stance} ${percent(share)}`).join(", ");
  const bar = make("div", { className: "shares", role: "img", ariaLabel: told });
  // The widths are set by script: a style attribute in the markup would be refused by the page's policy.
  for (const [stance, share] of all) {
    const part = make("span", { title: `${stance} ${percent(share)}` });
    part.dataset.stance = stance;
    part.style.flexGrow = share;
    bar.append(part);
  }
  const legend = make("p", { className: "quiet", ariaHidden: "true", textContent: told });
  const section = make("section", { className: "manner", ariaLabel: "How I take you" });
  section.append(served ? drawLeading(TAKEN[served]) : make("p", { textContent: "I take you for no one kind of person, so I just answer." }), bar, legend);
  const reasons = because.map((id) => known.get(id)).filter(Boolean);
  if (reasons.length > 0) section.append(make("div", { className: "because" }, make("span", { className: "quiet", textContent: "Because you" }), ...reasons.map((node) => drawReason(node, open))));
  return section;
}

function drawLeading([whom, how]) {
  return make("p", {}, "I take you mostly for ", make("strong", { textContent: whom }), `, ${how}`);
}

function drawReason({ id, you }, open) {
  const button = make("button", { type: "button", className: "link", textContent: you });
  button.addEventListener("click", () => open(id));
  return button;
}

function drawForecast(forecast) {
  if (!forecast) return null;
  const { chances, likeliest, own, quotes } = forecast;
  const section = make("section", { className: "manner", ariaLabel: "What I expect when something fails" });
  const rests = own === 0 ? "You have not shown me yet: I go by how I take you." : `It rests on ${own === 1 ? "one time" : `${own} times`} that something failed you.`;
  section.append(make("p", {}, "When something fails, I expect you to ", make("strong", { textContent: REACTIONS[likeliest] ?? likeliest }), ` (${percent(chances[likeliest])}).`), make("p", { className: "quiet", textContent: rests }));
  if (quotes?.length > 0) section.append(make("ul", { className: "quotes", ariaLabel: "Your words" }, ...quotes.map(drawQuoted)));
  return section;
}

function drawQuoted({ text, whole, at, surface }) {
  return make("li", {}, make("blockquote", { dir: "auto" }, ...marked(whole, text)), placeOf(surface, at));
}

const percent = (share) => `${Math.round(share * 100)} %`;
