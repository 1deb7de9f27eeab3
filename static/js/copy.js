/* Buttons that copy the text of an element. Without this they stay hidden, and one selects the text oneself. */
(() => {
  "use strict";

  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  const copy = async (element) => {
    try {
      await navigator.clipboard.writeText(element.innerText.trim());
      return true;
    } catch {
      // No clipboard without HTTPS, or the browser forbids it: the old way works on what is selected.
      select(element);
      const done = document.execCommand("copy");
      if (done) window.getSelection().removeAllRanges();
      return done;
    }
  };

  for (const button of document.querySelectorAll("button[data-copy]")) {
    const element = document.getElementById(button.dataset.copy);
    const status = button.nextElementSibling;
    if (!element || !status) continue;
    let timer;
    button.hidden = false;
    button.addEventListener("click", async () => {
      clearTimeout(timer);
      status.textContent = ""; // so that the same words are said again
      const done = await copy(element);
      status.textContent = done ? button.dataset.done : button.dataset.failed;
      if (done) timer = setTimeout(() => (status.textContent = ""), 5000);
    });
  }
})();
