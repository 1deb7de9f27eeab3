/* The search works without this. With it, the list follows as one types: the same page is fetched, and its results
   take the place of those shown. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-search]");
  const status = document.querySelector("[data-search-status]");
  if (!form || !status) return;

  const WAIT = 200; // milliseconds after the last key
  const box = form.elements.q;
  let shown = box.value.trim();
  let timer = 0;
  let running = null;

  const address = () => {
    const parameters = new URLSearchParams(new FormData(form));
    if (!box.value.trim()) parameters.delete("q");
    const query = parameters.toString();
    return form.getAttribute("action") + (query ? `?${query}` : "");
  };

  // What was opened stays open, although it is made anew.
  const replace = (next) => {
    const before = document.querySelector("[data-search-results]");
    for (const details of before.querySelectorAll("details[open][data-search-keep]")) {
      next.querySelector(`details[data-search-keep="${CSS.escape(details.dataset.searchKeep)}"]`)?.setAttribute("open", "");
    }
    before.replaceWith(next);
  };

  const look = async () => {
    const words = box.value.trim();
    const results = document.querySelector("[data-search-results]");
    running?.abort();
    const own = (running = new AbortController());
    results.toggleAttribute("aria-busy", false);
    if (words === shown) return;
    results.setAttribute("aria-busy", "true");
    try {
      const url = address();
      const answer = await fetch(url, { signal: own.signal, credentials: "same-origin" });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.querySelector("[data-search-results]");
      if (!next || own !== running) return;
      replace(document.importNode(next, true));
      shown = words;
      document.title = page.title;
      history.replaceState(history.state, "", url);
      status.textContent = document.querySelector("[data-search-totals]")?.textContent.trim().replace(/\s+/g, " ") ?? "";
    } catch (problem) {
      // An older search that a newer one ended says nothing. Else the button still does what it always does.
      if (own === running) results.removeAttribute("aria-busy");
    }
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    running?.abort();
    if (!box.value.trim()) box.disabled = true; // an empty q says nothing in the address
  });
  window.addEventListener("pageshow", () => (box.disabled = false));
})();
