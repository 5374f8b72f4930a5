// Boxes over the video, with the person and what is displayed.
"use strict";

videoemo.Boxes = class {
  constructor(model, canvas, people) {
    this.model = model;
    this.canvas = canvas;
    this.people = people;
    this.visible = model.media.boxes;
    this.drawn = []; // what is on the canvas, for whoever wants to know
  }

  draw(frame, time) {
    const { canvas, model, people } = this;
    const ratio = globalThis.devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    const faces = this.visible ? model.faces(frame).filter(({ person }) => people.isOn(person)) : [];
    // The picture lies in the middle of its element, whose shape may be another one on a full screen.
    const scale = Math.min(width / model.width, height / model.height);
    const left = (width - scale * model.width) / 2;
    const top = (height - scale * model.height) / 2;
    const held = frame >= 0 && !model.isSampled(frame, time);
    for (const face of faces) {
      const box = [left + face.x * scale, top + face.y * scale, face.width * scale, face.height * scale];
      this.#frame(pen, box, this.#colour(face), ratio, held);
    }
    const taken = [];
    for (const face of faces) {
      const [x, y] = [left + face.x * scale, top + face.y * scale];
      taken.push(this.#label(pen, x, y, y + face.height * scale, face, ratio, taken));
    }
    this.drawn = faces.map(({ person, x, y, width: w, height: h, lead }) => ({
      frame: model.c.frame[frame], seconds: model.c.seconds[frame], track: person.track,
      x, y, width: w, height: h, expression: lead < 0 ? "" : model.classes[lead].name,
    }));
  }

  #colour({ lead }) {
    return lead < 0 ? "#ffffff" : this.model.classes[lead].fill;
  }

  #frame(pen, [x, y, width, height], colour, ratio, held) {
    pen.setLineDash(held ? [5 * ratio, 4 * ratio] : []);
    for (const [style, thickness] of [["rgba(0, 0, 0, 0.55)", 4], [colour, 2]]) {
      pen.strokeStyle = style;
      pen.lineWidth = thickness * ratio;
      pen.strokeRect(x, y, width, height);
    }
    pen.setLineDash([]);
  }

  // Above the box or, where another label is, below it.
  #label(pen, x, top, bottom, face, ratio, taken) {
    const small = this.canvas.clientWidth < videoemo.NARROW;
    const size = (small ? 10 : 12) * ratio;
    const name = this.people.name(face.person);
    const text = small ? name.replace(/^Person /, "") : `${name}  ${videoemo.says(this.model, face)}`;
    pen.font = `600 ${size}px system-ui, sans-serif`;
    const width = pen.measureText(text).width + 1.2 * size;
    const height = 1.6 * size;
    const left = Math.max(0, Math.min(x - ratio, this.canvas.width - width));
    const highest = this.canvas.height - height;
    const places = [top - height - ratio, bottom + ratio].map((y) => Math.max(0, Math.min(y, highest)));
    const free = (y) => taken.every((one) =>
      left >= one.left + one.width || one.left >= left + width || y >= one.y + one.height || one.y >= y + height);
    const y = places.find(free) ?? places[0];
    pen.fillStyle = "rgba(12, 14, 18, 0.78)";
    pen.fillRect(left, y, width, height);
    pen.fillStyle = this.#colour(face);
    pen.fillRect(left, y, 3 * ratio, height);
    pen.fillStyle = "#ffffff";
    pen.textBaseline = "middle";
    pen.fillText(text, left + 0.7 * size, y + height / 2 + 0.5 * ratio);
    return { left, y, width, height };
  }
};

// Pixels of a video below which labels say who it is, and the colour says what is displayed.
videoemo.NARROW = 520;

// What a face displays, in words.
videoemo.says = (model, { lead, probability }) => {
  if (lead < 0) return "";
  const name = model.classes[lead].name;
  return Number.isNaN(probability) ? name : `${name} ${videoemo.percent(probability)}`;
};
