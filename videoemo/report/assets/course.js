// The course of the video: the group and each person over time, on one axis.
"use strict";

videoemo.startCourse = (model, player, people) => {
  const find = (id) => document.getElementById(id);
  const plane = find("plane");
  const view = new videoemo.View(model.first, Math.max(model.end, model.first + 0.1));
  const hidden = new Set(); // classes without curves
  const lanes = new Map(); // elements -> lanes
  const near = new Set(); // elements in view
  let stale = false;

  const draw = () => {
    stale = false;
    const width = plane.clientWidth;
    const ticks = videoemo.ticks(view.from - model.origin, view.to - model.origin, Math.max(3, Math.floor(width / 90)));
    ticks.at = ticks.at.map((tick) => tick + model.origin);
    videoemo.drawRuler(find("ruler").firstElementChild, model, view, ticks);
    for (const element of near) if (!element.hidden) lanes.get(element).draw(view, ticks, hidden);
    place(find("cursor"), player.time);
  };
  const drawSoon = () => {
    if (stale) return;
    stale = true;
    requestAnimationFrame(draw);
  };
  const place = (line, time) => {
    const seen = time !== null && time >= view.from && time <= view.to;
    line.hidden = !seen;
    if (seen) line.style.transform = `translateX(${videoemo.toPixels(view, plane.clientWidth)(time)}px)`;
  };

  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) near.add(target);
      else near.delete(target);
    }
    drawSoon();
  }, { rootMargin: "200px" });
  const add = (lane, parent) => {
    lanes.set(lane.element, lane);
    parent.append(lane.element);
    observer.observe(lane.element);
  };

  if (model.c.valence) add(new videoemo.GroupLane(model, groupElement()), find("group"));
  const show = (persons) => {
    const shown = new Map([...lanes.values()].filter(({ person }) => person).map((lane) => [lane.person, lane]));
    for (const person of persons) {
      const lane = shown.get(person) || new videoemo.PersonLane(model, person, personElement(model, person, people));
      if (shown.has(person)) find("lanes").append(lane.element);
      else add(lane, find("lanes"));
    }
  };
  people.listen(() => {
    for (const [element, { person }] of lanes) {
      if (!person) continue;
      element.hidden = !people.isOn(person);
      element.querySelector("b").textContent = people.name(person);
    }
    drawSoon();
  });

  const legend = find("legend");
  model.classes.forEach((one, i) => {
    const button = document.createElement("button");
    button.textContent = one.name;
    button.setAttribute("aria-pressed", "true");
    button.style.setProperty("--line", one.fill);
    button.addEventListener("click", () => {
      if (hidden.has(i)) hidden.delete(i);
      else hidden.add(i);
      button.setAttribute("aria-pressed", String(!hidden.has(i)));
      drawSoon();
    });
    legend.append(button);
  });

  find("zoom-in").addEventListener("click", () => view.zoom(0.5, focus()));
  find("zoom-out").addEventListener("click", () => view.zoom(2, focus()));
  find("zoom-whole").addEventListener("click", () => view.set(view.whole.from, view.whole.to));
  // About the cursor where it is in view, else about the middle.
  const focus = () => (player.time >= view.from && player.time <= view.to ? player.time : undefined);
  view.listen(() => {
    find("pointer").hidden = true;
    drawSoon();
  });
  videoemo.watchGestures(plane, view, {
    seek: (time) => player.seek(time),
    hover: (time) => place(find("pointer"), time),
  });
  player.listen(() => {
    if (player.playing) view.follow(player.time);
    place(find("cursor"), player.time);
  });
  new ResizeObserver(drawSoon).observe(plane);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const lane of lanes.values()) lane.forget();
    drawSoon();
  });
  if (model.origin) find("origin").textContent = `0:00 is ${model.origin.toFixed(3)} s in the tables.`;
  drawSoon();
  return { view, show, focus };

  function groupElement() {
    const element = document.createElement("div");
    element.className = "lane";
    element.innerHTML =
      "<h3><b>Group</b><span>share of the faces that are</span></h3>" +
      '<div role="img" aria-label="Shares of positive, neutral and negative faces over time"><div class="chart low" inert></div></div>' +
      "<h3><span>valence, and how far the faces differ</span></h3>" +
      '<div role="img" aria-label="Valence of the group over time"><div class="chart low" inert></div></div>';
    for (const [name, fill] of Object.entries(videoemo.TONES)) {
      const tone = document.createElement("span");
      tone.className = "tone";
      tone.textContent = name;
      tone.style.setProperty("--fill", fill);
      element.querySelector("h3").append(tone);
    }
    return element;
  }

  function personElement(model, person, people) {
    const element = document.createElement("div");
    element.className = "lane";
    element.dataset.track = person.track;
    element.innerHTML =
      '<h3><b></b><span></span></h3><canvas class="strip" aria-hidden="true"></canvas>' +
      '<div role="img"><div class="chart" inert></div></div>';
    element.querySelector("b").textContent = people.name(person);
    const { seconds, at } = model.c;
    const from = seconds[at[person.first]] - model.origin;
    const to = seconds[at[person.first + person.rows - 1]] - model.origin;
    const long = model.end - model.origin;
    const frames = `${person.rows.toLocaleString("en")} frame${person.rows === 1 ? "" : "s"}`;
    element.querySelector("span").textContent = `${frames}, ${videoemo.clock(from, long, 1)} to ${videoemo.clock(to, long, 1)}`;
    element.querySelector("[role=img]").setAttribute("aria-label",
      `Probability of each expression of person ${person.track} over time; the table of episodes below says the same in words`);
    return element;
  }
};
