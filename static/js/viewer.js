/* Without this, the link on an example image opens the image. With it, a dialog shows one image after the other:
   arrows, Home and End go from one to the next, + and - zoom, 0 fits, Shift with arrows or a drag moves what is larger
   than the window, two fingers zoom, a swipe turns over, Escape closes and leads back to where one was. */
(() => {
  "use strict";
  const dialog = document.getElementById("viewer");
  const links = [...document.querySelectorAll("a[data-picture]")];
  if (!dialog || !links.length || typeof dialog.showModal !== "function") return;

  const part = (name) => dialog.querySelector(`[data-part="${name}"]`);
  const button = (name) => dialog.querySelector(`[data-do="${name}"]`);
  const [image, stage] = [part("image"), part("stage")];
  const MOST = 8;
  const STEP = 1.5;
  const SWIPE = 50;
  let number = 0;
  let opener = null;
  let view = { zoom: 1, x: 0, y: 0 };

  const clamp = (value, most) => Math.max(-most, Math.min(most, value));

  // An image larger than the stage never moves so far that its edge leaves the stage's edge.
  const draw = () => {
    view.x = clamp(view.x, Math.max(0, (image.offsetWidth * view.zoom - stage.clientWidth) / 2));
    view.y = clamp(view.y, Math.max(0, (image.offsetHeight * view.zoom - stage.clientHeight) / 2));
    image.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.zoom})`;
    part("zoom").textContent = dialog.dataset.zoom.replace("{percent}", Math.round(view.zoom * 100));
    dialog.classList.toggle("viewer-zoomed", view.zoom > 1);
    button("smaller").disabled = button("fit").disabled = view.zoom <= 1;
    button("larger").disabled = view.zoom >= MOST;
  };

  // Zoom so that what lies under a point of the stage stays there; `x` and `y` count from the stage's middle.
  const zoomTo = (wanted, x = 0, y = 0) => {
    const zoom = Math.max(1, Math.min(MOST, wanted));
    const ratio = zoom / view.zoom;
    view = { zoom, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
    draw();
  };
  const fit = () => zoomTo(1);

  const show = (wanted) => {
    number = (wanted + links.length) % links.length;
    const link = links[number];
    const counter = dialog.dataset.counter.replace("{number}", number + 1).replace("{total}", links.length);
    dialog.classList.remove("viewer-failed");
    dialog.classList.add("viewer-loading");
    view = { zoom: 1, x: 0, y: 0 };
    image.alt = link.dataset.picture;
    image.src = link.href;
    part("original").href = link.href;
    part("title").textContent = link.dataset.picture;
    part("counter").textContent = counter;
    part("said").textContent = `${counter}: ${link.dataset.picture}`;
    draw();
  };
  image.addEventListener("load", () => { dialog.classList.remove("viewer-loading"); draw(); });
  image.addEventListener("error", () => {
    dialog.classList.replace("viewer-loading", "viewer-failed");
    part("title").textContent = part("said").textContent = dialog.dataset.failed;
  });

  const open = (index) => {
    opener = links[index];
    dialog.showModal();
    show(index);
    button("close").focus();
  };
  links.forEach((link, index) => link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(index);
  }));
  dialog.addEventListener("close", () => {
    image.removeAttribute("src");
    (links[number] || opener).focus();
  });

  const actions = {
    previous: () => show(number - 1),
    next: () => show(number + 1),
    larger: () => zoomTo(view.zoom * STEP),
    smaller: () => zoomTo(view.zoom / STEP),
    fit,
    close: () => dialog.close(),
  };
  dialog.addEventListener("click", (event) => {
    const action = event.target.closest("[data-do]")?.dataset.do;
    if (action) actions[action]();
    else if (event.target === dialog) dialog.close();
  });
  if (links.length < 2) button("previous").hidden = button("next").hidden = true;

  const move = (x, y) => { view.x += x; view.y += y; draw(); };
  const keys = {
    ArrowLeft: actions.previous, PageUp: actions.previous, ArrowRight: actions.next, PageDown: actions.next,
    Home: () => show(0), End: () => show(links.length - 1),
    "+": actions.larger, "=": actions.larger, "-": actions.smaller, 0: fit,
  };
  const moves = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
  dialog.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (moves[event.key] && (event.shiftKey || event.key === "ArrowUp" || event.key === "ArrowDown")) move(...moves[event.key]);
    else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
  });

  const fromMiddle = (point) => {
    const box = stage.getBoundingClientRect();
    return [point.x - box.left - box.width / 2, point.y - box.top - box.height / 2];
  };
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomTo(view.zoom * Math.exp(-event.deltaY / 400), ...fromMiddle({ x: event.clientX, y: event.clientY }));
  }, { passive: false });
  stage.addEventListener("dblclick", (event) => {
    if (event.target.closest("button")) return;
    if (view.zoom > 1) fit();
    else zoomTo(3, ...fromMiddle({ x: event.clientX, y: event.clientY }));
  });

  // Fingers and the mouse: one moves or swipes, two zoom around the point between them.
  const fingers = new Map();
  let swiped = 0;
  const gap = () => {
    const [one, two] = [...fingers.values()];
    return { width: Math.hypot(one.x - two.x, one.y - two.y), middle: { x: (one.x + two.x) / 2, y: (one.y + two.y) / 2 } };
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button")) return;
    if (event.pointerType !== "mouse" || event.button === 0) {
      stage.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      swiped = 0;
    }
  });
  stage.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    if (fingers.size === 2) {
      const wide = gap().width;
      fingers.set(event.pointerId, now);
      zoomTo(view.zoom * (gap().width / (wide || 1)), ...fromMiddle(gap().middle));
      return;
    }
    fingers.set(event.pointerId, now);
    if (view.zoom > 1) move(now.x - before.x, now.y - before.y);
    else swiped += now.x - before.x;
  });
  const lift = (event) => {
    const last = fingers.delete(event.pointerId) && !fingers.size;
    if (last && event.type === "pointerup" && Math.abs(swiped) > SWIPE && links.length > 1) show(number + (swiped < 0 ? 1 : -1));
    if (last) swiped = 0;
  };
  stage.addEventListener("pointerup", lift);
  stage.addEventListener("pointercancel", lift);
  window.addEventListener("resize", () => { if (dialog.open) draw(); });
})();
