// The list of all videos: sorted, filtered, and drawn a part at a time. Names come from files that
// strangers may have named: they are put into the page as text, never as markup.
"use strict";

(() => {
  const AT_A_TIME = 200;
  const FILTERS = ["query", "dominant", "coverage", "kind"];
  const COURSE_WIDTH = 240;
  const COURSE_HEIGHT = 24;
  const SVG = "http://www.w3.org/2000/svg";

  const { classes, colours, columns, low_coverage: lowCoverage, rows } = window.videoemoIndex;
  const at = Object.fromEntries(columns.map((name, place) => [name, place]));
  const videos = rows.map((row, place) => ({
    ...Object.fromEntries(columns.map((name, i) => [name, row[i]])),
    place,
    folded: row[at.video].toLowerCase(),
    leads: classes.indexOf(row[at.dominant]),
  }));
  const byId = (id) => document.getElementById(id);
  const number = new Intl.NumberFormat("en");
  const collator = new Intl.Collator(undefined, { numeric: true });

  // Of each way of sorting: what of a video is compared, and whether the largest comes first.
  const keys = {
    video: [(video) => video.place, false],
    seconds: [(video) => video.seconds, true],
    coverage: [(video) => video.coverage, true],
    persons: [(video) => (video.page ? video.persons : null), true],
    dominant: [(video) => (video.dominant ? `${video.leads < 0 ? 1 : 0}${video.dominant}` : null), false],
  };
  classes.forEach((name, place) => {
    keys[`mean:${place}`] = [(video) => video.means[place] ?? null, true];
  });

  const kinds = {
    all: () => true,
    scored: (video) => video.status === "ok",
    failed: (video) => video.status === "failed",
    remark: (video) => video.status === "ok" && video.note !== "",
    faceless: (video) => video.status === "ok" && video.dominant === "",
    sparse: (video) => video.dominant === lowCoverage,
  };

  const state = { sort: "video", reversed: false, first: 0, found: videos };

  const chosen = () => {
    const query = byId("query").value.trim().toLowerCase();
    const dominant = byId("dominant").value;
    const [least, most] = byId("coverage").value.split("-").map(Number);
    const any = byId("coverage").value === "";
    const kind = kinds[byId("kind").value];
    const found = videos.filter(
      (video) =>
        kind(video) &&
        (query === "" || video.folded.includes(query)) &&
        (dominant === "" || video.dominant === classes[Number(dominant)]) &&
        (any ||
          (video.coverage !== null && video.coverage * 100 >= least && video.coverage * 100 < most)),
    );
    const [key, largestFirst] = keys[state.sort];
    const sign = largestFirst !== state.reversed ? -1 : 1;
    const compare = (a, b) => (typeof a === "string" ? collator.compare(a, b) : a - b);
    return found.sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      // What is not known comes last, whichever way it is sorted.
      if (x === null || y === null) return (x === null) - (y === null) || a.place - b.place;
      return sign * compare(x, y) || a.place - b.place;
    });
  };

  const element = (tag, { role, text, label, ...attributes } = {}, ...children) => {
    const made = document.createElement(tag);
    if (role) made.setAttribute("role", role);
    if (label) made.dataset.label = label;
    if (text !== undefined) made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  const clock = (seconds) => {
    const whole = Math.round(seconds);
    const two = (value) => String(value).padStart(2, "0");
    const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
    if (seconds === 0) return "0 s"; // a picture
    if (seconds < 10) return `${seconds.toFixed(1)} s`;
    return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  };

  // Not 100 % unless it is all, nor 0 % unless it is none.
  const percent = (share) => {
    const rounded = Math.round(share * 100);
    if (rounded === 100 && share < 1) return "> 99 %";
    return rounded === 0 && share > 0 ? "< 1 %" : `${rounded} %`;
  };

  const swatch = (place) => {
    const made = element("span", { class: "swatch", "aria-hidden": "true" });
    made.style.background = colours[place] ?? "currentColor";
    return made;
  };

  // The course as bars: which class leads in each stretch, as high as its mean.
  const course = (video) => {
    const n = video.course.length / 2;
    const width = COURSE_WIDTH / n;
    const paths = new Map();
    const counts = new Map();
    for (let i = 0; i < n; i += 1) {
      const leads = video.course[2 * i] === "-" ? -1 : video.course.charCodeAt(2 * i) - 65;
      counts.set(leads, (counts.get(leads) ?? 0) + 1);
      if (leads >= 0) {
        const height = ((Number(video.course[2 * i + 1]) + 1) / 10) * COURSE_HEIGHT;
        const bar = `M${(i * width).toFixed(2)} ${COURSE_HEIGHT}v${-height.toFixed(2)}h${width.toFixed(2)}V${COURSE_HEIGHT}z`;
        paths.set(leads, (paths.get(leads) ?? "") + bar);
      }
    }
    const told = [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([leads, count]) => `${leads < 0 ? "no face" : classes[leads]} ${percent(count / n)}`);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${COURSE_WIDTH} ${COURSE_HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `over time: ${told.join(", ")}`);
    for (const [leads, shape] of paths) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", shape);
      path.setAttribute("fill", colours[leads] ?? "currentColor");
      svg.append(path);
    }
    const title = document.createElementNS(SVG, "title");
    title.textContent = told.join(", ");
    svg.prepend(title);
    return svg;
  };

  const missing = () => element("span", { class: "missing", text: "–", "aria-label": "none" });

  const dominant = (video) => {
    if (video.status === "failed") return element("strong", { class: "failed", text: "failed" });
    if (video.dominant === "") return element("span", { class: "missing", text: "no face" });
    if (video.leads < 0) return element("span", { class: "missing", text: video.dominant });
    const mean = percent(video.means[video.leads] / 255);
    return element("span", {}, swatch(video.leads), `${video.dominant} `, element("span", { class: "quiet", text: mean }));
  };

  const tableRow = (video) => {
    const ok = video.status === "ok";
    const name = video.page
      ? element("a", { href: video.page, text: video.video })
      : element("span", { text: video.video });
    const title = element("th", { role: "rowheader", scope: "row", class: "name" }, name);
    if (video.note) title.append(element("p", { class: ok ? "note" : "note failed", text: ok ? video.note : `failed: ${video.note}` }));
    const picture = element("td", { role: "cell", class: "picture" });
    if (video.picture)
      picture.append(element("img", { src: video.picture, alt: "", loading: "lazy", height: "48" }));
    const cell = (label, kind, content) =>
      element("td", { role: "cell", class: kind, label }, content ?? missing());
    const coverage = video.coverage === null ? null : element("span", { text: percent(video.coverage) });
    return element(
      "tr",
      { role: "row", "data-video": video.place, "data-status": video.status },
      picture,
      title,
      cell("length", "number", video.seconds === null ? null : clock(video.seconds)),
      cell("face in", "number", coverage),
      cell("persons", "number", video.page ? number.format(video.persons) : null),
      cell("dominant", "dominant", dominant(video)),
      element("td", { role: "cell", class: "course" }, ...(video.course ? [course(video)] : [])),
    );
  };

  const draw = () => {
    const { found, first } = state;
    const last = Math.min(first + AT_A_TIME, found.length);
    byId("rows").replaceChildren(...found.slice(first, last).map(tableRow));
    byId("videos").hidden = found.length === 0;
    byId("nothing").hidden = found.length > 0 || videos.length === 0;
    byId("none").hidden = videos.length > 0;
    byId("filters").hidden = videos.length < 2;
    byId("legend").hidden = videos.length === 0;
    byId("pages").hidden = found.length <= AT_A_TIME;
    byId("earlier").disabled = first === 0;
    byId("later").disabled = last === found.length;
    const part = found.length > AT_A_TIME ? `, of which ${number.format(first + 1)} to ${number.format(last)} are shown` : "";
    const all = found.length === videos.length ? "" : ` of ${number.format(videos.length)}`;
    const noun = (found.length === videos.length ? found.length : videos.length) === 1 ? "video" : "videos";
    byId("count").textContent = `${number.format(found.length)}${all} ${noun}${part}`;
    byId("page").textContent = `${number.format(first + 1)}–${number.format(last)}`;
    for (const heading of document.querySelectorAll("th[data-sort]")) {
      const [, largestFirst] = keys[heading.dataset.sort];
      const sorted = heading.dataset.sort === state.sort;
      if (sorted) heading.setAttribute("aria-sort", largestFirst !== state.reversed ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    }
    byId("sort").value = state.sort;
    byId("reverse").setAttribute("aria-pressed", String(state.reversed));
  };

  const change = () => {
    state.found = chosen();
    state.first = 0;
    draw();
    remember();
  };

  // What is chosen stands in the address, so that whoever comes back from a video finds it again.
  const remember = () => {
    const { sort, reversed, first } = state;
    const kept = { sort: sort === "video" ? "" : sort, reversed: reversed || "", first: first || "" };
    for (const id of FILTERS) kept[id] = byId(id).value;
    if (kept.kind === "all") kept.kind = "";
    const said = new URLSearchParams(Object.entries(kept).filter(([, value]) => value !== ""));
    try {
      history.replaceState(null, "", said.size ? `#${said}` : location.pathname + location.search);
    } catch {
      // Some browsers refuse it for a file, or so many in a while: then it is not found again.
    }
  };

  const recall = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    byId("filters").reset();
    for (const id of FILTERS) {
      if (said.has(id)) byId(id).value = said.get(id);
      if (byId(id).selectedIndex === -1) byId(id).selectedIndex = 0; // no such choice
    }
    if (Object.hasOwn(keys, said.get("sort") ?? "")) state.sort = said.get("sort");
    state.reversed = said.has("reversed");
    state.found = chosen();
    const first = Math.floor(Number(said.get("first")) / AT_A_TIME) * AT_A_TIME;
    if (first > 0 && first < state.found.length) state.first = first;
    draw();
  };

  const sortBy = (sort) => {
    state.reversed = sort === state.sort ? !state.reversed : false;
    state.sort = sort;
    change();
  };

  const turn = (step) => {
    state.first += step * AT_A_TIME;
    draw();
    remember();
    byId("count").scrollIntoView();
    byId("videos").focus({ preventScroll: true });
  };

  const clear = () => {
    byId("filters").reset();
    Object.assign(state, { sort: "video", reversed: false });
    change();
    byId("query").focus();
  };

  for (const id of FILTERS) byId(id).addEventListener("input", change);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("sort").addEventListener("input", () => {
    Object.assign(state, { sort: byId("sort").value, reversed: false });
    change();
  });
  byId("reverse").addEventListener("click", () => {
    state.reversed = !state.reversed;
    change();
  });
  for (const button of document.querySelectorAll("[data-clear]")) button.addEventListener("click", clear);
  for (const heading of document.querySelectorAll("th[data-sort] button"))
    heading.addEventListener("click", () => sortBy(heading.parentElement.dataset.sort));
  byId("earlier").addEventListener("click", () => turn(-1));
  byId("later").addEventListener("click", () => turn(1));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      byId("query").focus();
    }
  });

  byId("legend").append(...classes.map((name, place) => element("li", {}, swatch(place), name)));

  recall();
  document.documentElement.dataset.ready = "yes";
})();
