// The persons: their names, which stay in this browser, and who is shown.
"use strict";

videoemo.People = class {
  #key;
  #names = {};
  #off = new Set();
  #listeners = [];

  constructor(model) {
    this.model = model;
    this.#key = `videoemo names ${location.pathname}`;
    try {
      const kept = JSON.parse(localStorage.getItem(this.#key) || "{}");
      if (kept && typeof kept === "object") this.#names = kept;
    } catch {
      // A browser may keep nothing for files; then names last as long as the page.
    }
  }

  listen(listener) {
    this.#listeners.push(listener);
  }

  name(person) {
    const given = this.#names[person.track];
    return typeof given === "string" && given ? given : `Person ${person.track}`;
  }

  rename(person, name) {
    if (name.trim()) this.#names[person.track] = name.trim().slice(0, 60);
    else delete this.#names[person.track];
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#names));
    } catch {
      // As above.
    }
    this.#tell();
  }

  isOn(person) {
    return !this.#off.has(person);
  }

  turn(person, on) {
    if (on) this.#off.delete(person);
    else this.#off.add(person);
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener(this);
  }
};

// Of more persons, those who are seen longest come first, and the others when they are asked for.
videoemo.MOST_PERSONS = 12;
videoemo.chosen = (model, all) => {
  if (all || model.tracks.length <= videoemo.MOST_PERSONS) return model.tracks;
  const longest = [...model.tracks].sort((a, b) => b.rows - a.rows).slice(0, videoemo.MOST_PERSONS);
  return longest.sort((a, b) => a.index - b.index);
};

videoemo.PersonList = class {
  #items = new Map();

  constructor(model, people, list) {
    Object.assign(this, { model, people, list });
  }

  show(persons) {
    for (const person of persons) {
      if (!this.#items.has(person)) this.#items.set(person, this.#item(person));
      this.list.append(this.#items.get(person).item);
    }
  }

  #item(person) {
    const { people, model } = this;
    const item = document.createElement("li");
    item.className = "person";
    item.dataset.track = person.track;
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    box.setAttribute("aria-label", `Show person ${person.track}`);
    box.addEventListener("change", () => {
      people.turn(person, box.checked);
      item.classList.toggle("off", !box.checked);
    });
    const dot = document.createElement("span");
    dot.className = "dot";
    const name = document.createElement("input");
    name.type = "text";
    name.value = people.name(person);
    name.maxLength = 60;
    name.setAttribute("aria-label", `Name of person ${person.track}`);
    name.addEventListener("change", () => {
      people.rename(person, name.value);
      name.value = people.name(person);
    });
    const says = document.createElement("span");
    says.className = "says";
    item.append(box, dot, name, says);
    return { item, dot, says };
  }

  // What each of them displays in a frame.
  tell(frame) {
    const faces = new Map(this.model.faces(frame).map((face) => [face.person, face]));
    for (const [person, { dot, says }] of this.#items) {
      const face = faces.get(person);
      says.textContent = face ? videoemo.says(this.model, face) : "not seen";
      dot.style.background = face && face.lead >= 0 ? this.model.classes[face.lead].fill : "";
    }
  }
};
