// The stretch of time in view: moved, zoomed, and clicked on, by mouse, pen, touch and keys.
"use strict";

videoemo.View = class {
  #listeners = [];

  constructor(first, last) {
    this.whole = { from: first, to: last };
    this.least = Math.min(0.5, last - first);
    Object.assign(this, this.whole);
  }

  listen(listener) {
    this.#listeners.push(listener);
  }

  set(from, to) {
    const { whole } = this;
    const length = Math.min(Math.max(to - from, this.least), whole.to - whole.from);
    const middle = (from + to) / 2;
    this.from = Math.min(Math.max(middle - length / 2, whole.from), whole.to - length);
    this.to = this.from + length;
    for (const listener of this.#listeners) listener(this);
  }

  zoom(factor, about = (this.from + this.to) / 2) {
    const length = (this.to - this.from) * factor;
    const kept = Math.min(Math.max(length, this.least), this.whole.to - this.whole.from);
    const share = (about - this.from) / (this.to - this.from);
    this.set(about - share * kept, about + (1 - share) * kept);
  }

  move(seconds) {
    this.set(this.from + seconds, this.to + seconds);
  }

  // Follows what plays: moves on by a page when it leaves.
  follow(time) {
    const length = this.to - this.from;
    if (time >= this.from && time <= this.to) return;
    this.set(time - 0.05 * length, time + 0.95 * length);
  }
};

videoemo.watchGestures = (plane, view, { seek, hover }) => {
  const pointers = new Map();
  let moved = 0;
  const inner = () => Math.max(plane.clientWidth - videoemo.LEFT - videoemo.RIGHT, 1);
  const timeAt = (clientX) => {
    const share = (clientX - plane.getBoundingClientRect().left - videoemo.LEFT) / inner();
    return view.from + Math.min(Math.max(share, 0), 1) * (view.to - view.from);
  };

  plane.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (!pointers.size) moved = 0;
    pointers.set(event.pointerId, event.clientX);
    plane.setPointerCapture(event.pointerId);
  });
  plane.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" && !pointers.size) hover(timeAt(event.clientX));
    if (!pointers.has(event.pointerId)) return;
    const before = pointers.get(event.pointerId);
    const by = event.clientX - before;
    moved += Math.abs(by);
    if (pointers.size === 1) {
      if (moved > 4) {
        plane.classList.add("moving");
        view.move((-by / inner()) * (view.to - view.from));
      }
    } else {
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
      const was = Math.max(Math.abs(before - other), 20);
      const now = Math.max(Math.abs(event.clientX - other), 20);
      view.zoom(was / now, timeAt((event.clientX + other) / 2));
    }
    pointers.set(event.pointerId, event.clientX);
  });
  const release = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    plane.classList.remove("moving");
    if (event.type === "pointerup" && !pointers.size && moved <= 4) seek(timeAt(event.clientX));
  };
  plane.addEventListener("pointerup", release);
  plane.addEventListener("pointercancel", release);
  plane.addEventListener("pointerleave", () => hover(null));
  plane.addEventListener("dblclick", () => view.set(view.whole.from, view.whole.to));
  plane.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      event.preventDefault();
      view.zoom(Math.exp(Math.max(Math.min(event.deltaY, 60), -60) * 0.005), timeAt(event.clientX));
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
      event.preventDefault();
      const by = event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX;
      view.move((by / inner()) * (view.to - view.from));
    }
  }, { passive: false });
};
