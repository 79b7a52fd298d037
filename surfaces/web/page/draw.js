// Makes the few elements that the conversation and the console both show.

const SURFACES = { slack: "Slack", sms: "SMS", whatsapp: "WhatsApp", email: "Email", web: "Web" };
const ICONS = { slack: "slack", sms: "sms", whatsapp: "sms", email: "email", web: "web" };
const SVG = "http://www.w3.org/2000/svg";

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** A surface's icon and name, for what was said or sent there. */
export function badge(surface) {
  return make("span", { className: "badge" }, drawIcon(surface.toLowerCase()), SURFACES[surface.toLowerCase()] ?? surface);
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
