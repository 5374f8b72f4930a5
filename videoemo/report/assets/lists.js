// Lists of links into the video: moments, and episodes as a table.
"use strict";

videoemo.timeLink = (model, time, digits = 1) => {
  const link = document.createElement("a");
  link.href = `#t=${time.toFixed(3)}`;
  link.textContent = videoemo.clock(time - model.origin, model.end - model.origin, digits);
  return link;
};

videoemo.MOST_CUTS = 12;
videoemo.fillMoments = (model, people, list) => {
  const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);
  const name = (track) => {
    const person = model.byTrack.get(track);
    return person ? people.name(person) : `Person ${track}`;
  };
  const words = {
    positive: ({ value }) => `most positive, valence ${signed(value)}`,
    negative: ({ value }) => `most negative, valence ${signed(value)}`,
    together: ({ persons: [a, b], value, lag }) =>
      `${name(a)} and ${name(b)} ${value < 0 ? "move against each other" : "move together"} (${signed(value)})` +
      (lag === null ? "" : `, ${name(a)} first by ${lag.toFixed(1)} s`),
    nobody: ({ start, stop }) => `no face for ${(stop - start).toFixed(1)} s`,
    cut: () => "cut",
  };
  const cuts = model.moments.filter(({ kind }) => kind === "cut");
  const told = model.moments.filter((one) => one.kind !== "cut" || cuts.indexOf(one) < videoemo.MOST_CUTS);
  const items = told.map((moment) => {
    const item = document.createElement("li");
    item.append(videoemo.timeLink(model, moment.start), words[moment.kind](moment));
    return item;
  });
  if (cuts.length > videoemo.MOST_CUTS) {
    const more = document.createElement("li");
    more.append("", `and ${cuts.length - videoemo.MOST_CUTS} more cuts: the marks on the axis`);
    items.push(more);
  }
  list.replaceChildren(...items);
  return items.length;
};

// All probabilities of the faces of a picture.
videoemo.fillFaces = (model, people, table) => {
  const head = document.createElement("thead");
  const body = document.createElement("tbody");
  const title = (row, content, scope) => {
    const cell = document.createElement("th");
    cell.scope = scope;
    cell.textContent = content;
    row.append(cell);
  };
  const titles = head.insertRow();
  title(titles, "Person", "col");
  for (const { name } of model.classes) title(titles, name, "col");
  for (const { person, row: at } of model.faces(0)) {
    const row = body.insertRow();
    title(row, people.name(person), "row");
    for (const column of model.probabilities) {
      row.insertCell().textContent = column[at] === 255 ? "" : videoemo.percent(column[at] / 254);
    }
  }
  table.replaceChildren(head, body);
};

// So many rows at a time: thousands at once would hold the page up.
videoemo.PAGE_ROWS = 100;
videoemo.EpisodeTable = class {
  #shown = 0;

  constructor(model, people, { body, more, choice }) {
    Object.assign(this, { model, people, body, more, choice });
    more.addEventListener("click", () => this.#add());
    choice.addEventListener("change", () => this.fill());
  }

  nameChoices() {
    const { choice, model, people } = this;
    const chosen = choice.value;
    choice.length = 1;
    for (const person of model.tracks) choice.add(new Option(people.name(person), person.index));
    choice.value = chosen;
  }

  fill() {
    const { model, choice } = this;
    const persons = choice.value === "" ? model.tracks : [model.tracks[Number(choice.value)]];
    this.rows = persons.flatMap((person) => person.episodes.map((i) => [person, i]));
    this.#shown = 0;
    this.body.replaceChildren();
    this.#add();
  }

  #add() {
    const { model, people, body, more, rows } = this;
    const { episodeStart, episodeStop, episodeClass, episodeMean } = model.c;
    for (const [person, i] of rows.slice(this.#shown, this.#shown + videoemo.PAGE_ROWS)) {
      const row = body.insertRow();
      const mean = episodeMean[i] === 255 ? "" : videoemo.percent(episodeMean[i] / 254);
      const length = (episodeStop[i] - episodeStart[i]).toFixed(2);
      const cells = [
        people.name(person), model.classes[episodeClass[i]].name,
        videoemo.timeLink(model, episodeStart[i], 2), videoemo.timeLink(model, episodeStop[i], 2), length, mean,
      ];
      cells.forEach((content, k) => {
        const cell = row.insertCell();
        cell.append(content);
        if (k >= 4) cell.className = "number";
      });
    }
    this.#shown = Math.min(this.#shown + videoemo.PAGE_ROWS, rows.length);
    const left = rows.length - this.#shown;
    more.hidden = !left;
    more.textContent = `Show ${Math.min(left, videoemo.PAGE_ROWS)} more of ${left}`;
  }
};
