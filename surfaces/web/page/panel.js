// A side panel: a neighbour of the conversation where there is room, and a sheet over it where there is not.

// It must match the style sheet. Below this width a panel lies over the page and takes the keyboard.
const besideThePage = matchMedia("(min-width: 960px)");
let shown = null;

export class Panel {
  #parts;
  #handlers;

  /** parts: the elements panel, opener, closer; handlers: onOpen(), onClose(). One panel is open at a time. */
  constructor(parts, handlers) {
    this.#parts = parts;
    this.#handlers = handlers;
    parts.opener.addEventListener("click", () => (parts.panel.open ? this.close() : this.open()));
    parts.closer.addEventListener("click", () => this.close());
    parts.panel.addEventListener("close", () => this.#rest());
    parts.panel.addEventListener("click", (event) => event.target === parts.panel && this.close());
    parts.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    besideThePage.addEventListener("change", () => this.#changeWidth());
  }

  get isOpen() {
    return this.#parts.panel.open;
  }

  open() {
    shown?.close();
    shown = this;
    if (besideThePage.matches) this.#parts.panel.show();
    else this.#parts.panel.showModal();
    this.#parts.opener.setAttribute("aria-expanded", "true");
    this.#parts.closer.focus();
    this.#handlers.onOpen();
  }

  close() {
    this.#parts.panel.close();
  }

  #rest() {
    if (shown === this) shown = null;
    this.#parts.opener.setAttribute("aria-expanded", "false");
    if (shown === null) this.#parts.opener.focus();
    this.#handlers.onClose();
  }

  #changeWidth() {
    if (!this.isOpen) return;
    this.#parts.panel.addEventListener("close", () => this.open(), { once: true });
    this.close();
  }
}
