// Makes the few elements that the conversation and the panels both show.

const SURFACES = { slack: "Slack", sms: "SMS", whatsapp: "WhatsApp", email: "Email", web: "Web" };
const ICONS = { slack: "slack", sms: "sms", whatsapp: "sms", email: "email", web: "web" };
const moment = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const SVG = "http://www.w3.org/2000/svg";

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** A surface's icon and name, for what was said or sent there. */
export function badge(surface) {
  return make("span", { className: "badge" }, drawIcon(surface.toLowerCase()), nameOfSurface(surface));
}

export const nameOfSurface = (surface) => SURFACES[surface.toLowerCase()] ?? surface;

/** On which surface and when something was said (epoch seconds). */
export function placeOf(surface, at) {
  const time = make("time", { textContent: moment.format(at * 1000), dateTime: new Date(at * 1000).toISOString() });
  return make("p", { className: "quiet quote-line" }, badge(surface), time);
}

/** The message, with the words in it that show something. */
export function marked(whole, words) {
  const at = whole.indexOf(words);
  return at < 0 ? [words] : [whole.slice(0, at), make("mark", { textContent: words }), whole.slice(at + words.length)];
}

/** A button that asks once more before it does anything. */
export function drawTwice(label, sure, action, about) {
  const first = make("button", { type: "button", className: "plain", textContent: label, ariaLabel: about });
  const yes = make("button", { type: "button", className: "plain bad", textContent: sure, hidden: true });
  const no = make("button", { type: "button", className: "plain", textContent: "Keep", hidden: true });
  const ask = (isAsking) => {
    first.hidden = isAsking;
    yes.hidden = no.hidden = !isAsking;
    (isAsking ? no : first).focus();
  };
  first.addEventListener("click", () => ask(true));
  no.addEventListener("click", () => ask(false));
  yes.addEventListener("click", () => {
    ask(false);
    action();
  });
  return make("div", { className: "act-buttons" }, first, yes, no);
}

function drawIcon(surface) {
  const icon = document.createElementNS(SVG, "svg");
  icon.classList.add("icon");
  icon.dataset.surface = surface;
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${ICONS[surface] ?? "other"}`);
  icon.append(use);
  return icon;
}
