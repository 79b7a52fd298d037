// Shows the page in the person's chosen theme, before the first paint.
//
// A classic script in the head, because a module runs only after the page was painted once.
// Choosing what the system already shows forgets the choice, so that the page follows the system again.
(() => {
  const root = document.documentElement;
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

  function recallChoice() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // Storage may be forbidden; the toggle then lasts as long as the page.
    }
  }

  function keepChoice(theme) {
    try {
      if (theme) localStorage.setItem("theme", theme);
      else localStorage.removeItem("theme");
    } catch {
      /* See recallChoice. */
    }
  }

  function show(theme) {
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
    else delete root.dataset.theme;
  }

  function toggle() {
    const system = systemIsDark.matches ? "dark" : "light";
    const shown = root.dataset.theme ?? system;
    const wanted = shown === "dark" ? "light" : "dark";
    const choice = wanted === system ? null : wanted;
    keepChoice(choice);
    show(choice);
  }

  show(recallChoice());
  addEventListener("storage", (event) => event.key === "theme" && show(event.newValue));
  document.addEventListener("click", (event) => {
    if (event.target.closest("#theme")) toggle();
  });
})();
