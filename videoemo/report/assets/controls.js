// Buttons and keys.
"use strict";

videoemo.startControls = (player, { video, screen, boxes, drawBoxes, course }) => {
  const find = (id) => document.getElementById(id);
  const on = (id, act) => find(id)?.addEventListener("click", act);
  const toggleBoxes = () => {
    boxes.visible = !boxes.visible && boxes.model.media.boxes;
    find("show-boxes").setAttribute("aria-pressed", String(boxes.visible));
    drawBoxes();
  };
  const toggleSound = () => (video.muted = !video.muted);
  const toggleFull = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else screen.requestFullscreen?.().catch(() => {});
  };
  if (find("show-boxes") && !boxes.visible) {
    find("show-boxes").disabled = true;
    find("show-boxes").setAttribute("aria-pressed", "false");
  }
  on("play", () => player.toggle());
  on("before", () => player.step(-1));
  on("after", () => player.step(1));
  on("show-boxes", toggleBoxes);
  on("mute", toggleSound);
  on("full", toggleFull);
  find("speed")?.addEventListener("change", (event) => (video.playbackRate = Number(event.target.value)));
  video?.addEventListener("click", () => player.toggle());

  const keys = {
    " ": () => player.toggle(),
    ArrowLeft: ({ shiftKey }) => player.seek(player.time - (shiftKey ? 10 : 1)),
    ArrowRight: ({ shiftKey }) => player.seek(player.time + (shiftKey ? 10 : 1)),
    ",": () => player.step(-1),
    ".": () => player.step(1),
    Home: () => player.seek(-Infinity),
    End: () => player.seek(Infinity),
    "+": () => course?.view.zoom(0.5, course.focus()),
    "=": () => course?.view.zoom(0.5, course.focus()),
    "-": () => course?.view.zoom(2, course.focus()),
    0: () => course?.view.set(course.view.whole.from, course.view.whole.to),
    b: () => find("show-boxes") && !find("show-boxes").disabled && toggleBoxes(),
    m: () => video && toggleSound(),
    f: () => video && toggleFull(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !find("clock")) return;
    const { target } = event;
    if (target.closest("input[type=text], select, textarea, .scroll")) return;
    // A button, a box or a fold that has the focus is pressed by space itself.
    if (event.key === " " && target.closest("button, input, summary, a")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });
};

// Beside its curves the video stays in sight: small, in a corner, once the page is scrolled past it.
videoemo.keepInSight = (screen) => {
  if (!screen.querySelector("video, img")) return;
  const place = document.createElement("div");
  screen.before(place);
  place.append(screen);
  new IntersectionObserver(([entry]) => {
    const past = !entry.isIntersecting && entry.boundingClientRect.top < 0;
    if (past) place.style.height = `${place.offsetHeight}px`;
    screen.classList.toggle("aside", past);
    if (!past) place.style.height = "";
  }).observe(place);
};
