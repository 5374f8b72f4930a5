// Curves, drawn by Bokeh: it is handed as many points as there are pixels, whatever the video's
// length.
"use strict";
Bokeh.set_log_level("warn"); // not of every chart that it is drawn

// A chart of some curves over the stretch of time in view.
videoemo.Chart = class {
  #element;
  #source;
  #plot;
  #made;

  // lines: name, colour, width, alpha, dash; areas: low, high, colour, alpha; all by names of columns.
  constructor(element, { lines = [], areas = [], low, high, ticks, labels }) {
    this.#element = element;
    const { ColumnDataSource, FixedTicker, Grid, Line, LinearAxis, Plot, Range1d, VArea } = Bokeh.Models;
    this.#source = new ColumnDataSource({ data: {} });
    this.#plot = new Plot({
      x_range: new Range1d({ start: 0, end: 1 }),
      y_range: new Range1d({ start: low, end: high }),
      width: Math.max(element.clientWidth, 120), height: element.clientHeight,
      min_border: 0, min_border_left: videoemo.LEFT, min_border_right: videoemo.RIGHT,
      min_border_top: 4, min_border_bottom: 4,
      toolbar_location: null,
      background_fill_color: null, border_fill_color: null, outline_line_color: null,
    });
    const quiet = videoemo.colour("--quiet");
    const rule = videoemo.colour("--rule");
    const axis = new LinearAxis({
      ticker: new FixedTicker({ ticks }), major_label_overrides: new Map(ticks.map((tick, i) => [tick, labels[i]])),
      axis_line_color: null, major_tick_line_color: null, minor_tick_line_color: null,
      major_label_text_color: quiet, major_label_text_font_size: "11px", major_label_standoff: 4,
    });
    this.#plot.add_layout(axis, "left");
    this.#plot.add_layout(new Grid({ dimension: 1, ticker: new FixedTicker({ ticks }), grid_line_color: rule }));
    this.upright = new FixedTicker({ ticks: [] });
    this.#plot.add_layout(new Grid({ dimension: 0, ticker: this.upright, grid_line_color: rule }));
    const columns = new Set(["x"]);
    for (const { low: y1, high: y2, colour, alpha } of areas) {
      const glyph = new VArea({ x: { field: "x" }, y1: { field: y1 }, y2: { field: y2 }, fill_color: colour, fill_alpha: alpha });
      this.#plot.add_glyph(glyph, this.#source);
      columns.add(y1).add(y2);
    }
    this.renderers = new Map();
    for (const { name, colour, width = 1.75, alpha = 1 } of lines) {
      const glyph = new Line({ x: { field: "x" }, y: { field: name }, line_color: colour, line_width: width, line_alpha: alpha, line_join: "round" });
      this.renderers.set(name, this.#plot.add_glyph(glyph, this.#source));
      columns.add(name);
    }
    this.#source.data = Object.fromEntries([...columns].map((name) => [name, []]));
  }

  async draw(view, data, ticks) {
    this.#plot.x_range.setv({ start: view.from, end: view.to });
    this.upright.ticks = ticks.at;
    this.#source.data = data;
    if (this.#made) return this.#made;
    const { Document } = Bokeh.require("document");
    const page = new Document();
    page.add_root(this.#plot);
    this.#made = Bokeh.embed.add_document_standalone(page, this.#element);
    return this.#made;
  }

  resize() {
    const width = Math.max(this.#element.clientWidth, 120);
    if (this.#plot.width !== width) this.#plot.width = width;
  }
};

videoemo.isDark = () => matchMedia("(prefers-color-scheme: dark)").matches;
videoemo.lineColour = (one) => (videoemo.isDark() ? one.on_dark : one.on_light);

// What is drawn of a person, or of the group, in a lane below the others; made when it comes into
// view, and drawn while it is there.
videoemo.PersonLane = class {
  constructor(model, person, element) {
    Object.assign(this, { model, person, element, chart: null });
  }

  draw(view, ticks, hidden) {
    const { model, person } = this;
    const pixels = Math.max(this.element.clientWidth - videoemo.LEFT - videoemo.RIGHT, 50);
    videoemo.drawStrip(this.element.querySelector(".strip"), model, person, view);
    this.chart ||= new videoemo.Chart(this.element.querySelector(".chart"), {
      lines: model.classes.map((one, i) => ({ name: `p${i}`, colour: videoemo.lineColour(one) })),
      low: -0.03, high: 1.03, ticks: [0, 0.5, 1], labels: ["0", "50", "100 %"],
    });
    this.chart.resize();
    model.classes.forEach((_, i) => (this.chart.renderers.get(`p${i}`).visible = !hidden.has(i)));
    const { x, ys } = model.curves(person, view.from, view.to, pixels);
    this.chart.draw(view, { x, ...Object.fromEntries(ys.map((y, i) => [`p${i}`, y])) }, ticks);
  }

  // For other colours.
  forget() {
    this.chart = null;
    this.element.querySelector(".chart").replaceChildren();
  }
};

videoemo.GroupLane = class {
  constructor(model, element) {
    Object.assign(this, { model, element, valence: null, shares: null });
  }

  draw(view, ticks) {
    const pixels = Math.max(this.element.clientWidth - videoemo.LEFT - videoemo.RIGHT, 50);
    const [above, below] = this.element.querySelectorAll(".chart");
    const { positive, neutral, negative } = videoemo.TONES;
    this.shares ||= new videoemo.Chart(above, {
      areas: [
        { low: "zero", high: "a", colour: positive, alpha: 0.9 },
        { low: "a", high: "b", colour: neutral, alpha: 0.55 },
        { low: "b", high: "c", colour: negative, alpha: 0.9 },
      ],
      low: 0, high: 1, ticks: [0, 0.5, 1], labels: ["0", "50", "100 %"],
    });
    this.valence ||= new videoemo.Chart(below, {
      areas: [{ low: "low", high: "high", colour: videoemo.colour("--quiet"), alpha: 0.18 }],
      lines: [{ name: "valence", colour: videoemo.colour("--ink"), width: 2 }],
      low: -1, high: 1, ticks: [-1, 0, 1], labels: ["−1", "0", "+1"],
    });
    this.shares.resize();
    this.valence.resize();
    const { x, ys: [plus, zero, minus, valence, dispersion] } = this.model.groupCurves(view.from, view.to, pixels);
    const two = plus.map((value, i) => value + zero[i]);
    this.shares.draw(view, { x, zero: plus.map((value) => value * 0), a: plus, b: two, c: two.map((value, i) => value + minus[i]) }, ticks);
    const spread = dispersion.map((value) => value || 0);
    this.valence.draw(view, { x, valence, low: valence.map((value, i) => value - spread[i]), high: valence.map((value, i) => value + spread[i]) }, ticks);
  }

  forget() {
    this.valence = this.shares = null;
    this.element.querySelectorAll(".chart").forEach((chart) => chart.replaceChildren());
  }
};
videoemo.TONES = { positive: "#ffa90e", neutral: "#94a4a2", negative: "#3f90da" };
