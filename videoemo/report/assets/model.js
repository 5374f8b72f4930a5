// What the page shows: faces by person and by frame, episodes, the group.
"use strict";

videoemo.Model = class {
  constructor(data, columns) {
    Object.assign(this, data);
    this.c = columns;
    this.n = columns.seconds.length;
    this.first = this.n ? columns.seconds[0] : 0;
    this.last = this.n ? columns.seconds[this.n - 1] : 0;
    this.end = this.last + this.step;
    this.probabilities = this.classes.map((_, i) => columns[`p${i}`]);
    this.tracks.forEach((person, i) => (person.index = i));
    this.tracks.forEach((person) => (person.episodes = []));
    const byTrack = new Map(this.tracks.map((person) => [person.track, person]));
    columns.episodeTrack.forEach((track, i) => byTrack.get(track)?.episodes.push(i));
    this.byTrack = byTrack;
    this.#sortByFrame();
  }

  // The rows of each frame, by place: rows[starts[f]] to rows[starts[f + 1]].
  #sortByFrame() {
    const { at } = this.c;
    const starts = new Int32Array(this.n + 1);
    for (let i = 0; i < at.length; i++) starts[at[i] + 1]++;
    for (let f = 0; f < this.n; f++) starts[f + 1] += starts[f];
    const next = starts.slice(0, this.n);
    const rows = new Int32Array(at.length);
    const person = new Int32Array(at.length);
    for (const { index, first, rows: n } of this.tracks) {
      for (let i = first; i < first + n; i++) {
        person[i] = index;
        rows[next[at[i]]++] = i;
      }
    }
    this.frameStarts = starts;
    this.frameRows = rows;
    this.personOf = person;
  }

  // The last sampled frame at or before a time; -1 where it is before the first, or too long ago to
  // stand for what is shown then. Browsers round times to microseconds, and clocks differ a little.
  frameAt(time) {
    const { seconds } = this.c;
    const frame = videoemo.lastAtOrBefore(seconds, time + videoemo.TOLERANCE, 0, this.n);
    if (frame < 0) return -1;
    const hold = frame + 1 < this.n ? Math.min(this.hold, seconds[frame + 1] - seconds[frame] + 1e-3) : this.hold;
    return time - seconds[frame] > Math.max(hold, videoemo.TOLERANCE) ? -1 : frame;
  }

  // Whether a time is that of a sampled frame, not of one after it that was not sampled.
  isSampled(frame, time) {
    return Math.abs(this.c.seconds[frame] - time) <= videoemo.TOLERANCE;
  }

  faces(frame) {
    if (frame < 0) return [];
    const found = [];
    for (let k = this.frameStarts[frame]; k < this.frameStarts[frame + 1]; k++) {
      found.push(this.face(this.frameRows[k]));
    }
    return found;
  }

  face(row) {
    const { x, y, width, height, leads } = this.c;
    const unit = this.boxUnit;
    const lead = leads[row] === 255 ? this.#highest(row) : leads[row];
    const value = lead < 0 ? 255 : this.probabilities[lead][row];
    return {
      row, person: this.tracks[this.personOf[row]],
      x: x[row] * unit, y: y[row] * unit, width: width[row] * unit, height: height[row] * unit,
      lead, probability: value === 255 ? NaN : value / 254,
    };
  }

  #highest(row) {
    let best = -1;
    let most = -1;
    this.probabilities.forEach((column, i) => {
      if (column[row] !== 255 && column[row] > most) [best, most] = [i, column[row]];
    });
    return best;
  }

  // The curves of a person between two times, for so many pixels.
  curves(person, from, to, pixels) {
    const { at, seconds } = this.c;
    return videoemo.reduced({
      first: person.first, stop: person.first + person.rows, from, to, pixels,
      time: (i) => seconds[at[i]],
      broken: (i) => at[i] - at[i - 1] > 1 && seconds[at[i]] - seconds[at[i - 1]] > this.hold,
      series: this.probabilities.map((column) => ({ column, missing: 255, scale: 1 / 254 })),
    });
  }

  groupCurves(from, to, pixels) {
    const { seconds, positive, neutral, negative, valence, dispersion } = this.c;
    const share = (column) => ({ column, missing: 255, scale: 1 / 254 });
    const measure = (column) => ({ column, missing: -32768, scale: 1e-4 });
    return videoemo.reduced({
      first: 0, stop: this.n, from, to, pixels,
      time: (i) => seconds[i],
      broken: (i) => seconds[i] - seconds[i - 1] > Math.max(this.hold, 10 * this.step),
      series: [share(positive), share(neutral), share(negative), measure(valence), measure(dispersion)],
    });
  }
};

// Half a millisecond: no two frames of a video are nearer to each other.
videoemo.TOLERANCE = 5e-4;

// The place of the last of some ascending numbers, from `low` to before `high`, that is at most
// `value`; low - 1 where none is.
videoemo.lastAtOrBefore = (numbers, value, low, high) => {
  let below = low - 1;
  let above = high;
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if (numbers[middle] <= value) below = middle;
    else above = middle;
  }
  return below;
};

// Series between two times: as they are where they have about as many points as there are pixels,
// else the mean of each pixel's. NaN stands where a curve is broken.
videoemo.reduced = ({ first, stop, from, to, pixels, time, broken, series }) => {
  const search = (value) => {
    let below = first - 1;
    let above = stop;
    while (above - below > 1) {
      const middle = (below + above) >> 1;
      if (time(middle) <= value) below = middle;
      else above = middle;
    }
    return below;
  };
  const low = Math.max(first, search(from));
  const high = Math.min(stop, search(to) + 2);
  return high - low <= 2 * pixels
    ? videoemo.plainPoints(low, high, time, broken, series)
    : videoemo.pixelMeans(low, high, from, to, pixels, time, series);
};

videoemo.plainPoints = (low, high, time, broken, series) => {
  const x = [];
  const ys = series.map(() => []);
  for (let i = low; i < high; i++) {
    if (i > low && broken(i)) {
      x.push(time(i));
      ys.forEach((y) => y.push(NaN));
    }
    x.push(time(i));
    series.forEach(({ column, missing, scale }, k) =>
      ys[k].push(column[i] === missing ? NaN : column[i] * scale));
  }
  return { x: Float64Array.from(x), ys: ys.map((y) => Float64Array.from(y)) };
};

videoemo.pixelMeans = (low, high, from, to, pixels, time, series) => {
  const place = new Int32Array(high - low);
  const times = new Float64Array(pixels);
  const rows = new Int32Array(pixels);
  const scale = pixels / (to - from);
  for (let i = low; i < high; i++) {
    const t = time(i);
    const pixel = Math.min(Math.max(Math.floor((t - from) * scale), 0), pixels - 1);
    place[i - low] = pixel;
    times[pixel] += t;
    rows[pixel]++;
  }
  const x = times.map((sum, pixel) => (rows[pixel] ? sum / rows[pixel] : from + (pixel + 0.5) / scale));
  const ys = series.map(({ column, missing, scale: unit }) => {
    const sums = new Float64Array(pixels);
    const counts = new Int32Array(pixels);
    for (let i = low; i < high; i++) {
      const value = column[i];
      if (value === missing) continue;
      const pixel = place[i - low];
      sums[pixel] += value;
      counts[pixel]++;
    }
    return sums.map((sum, pixel) => (counts[pixel] ? (sum / counts[pixel]) * unit : NaN));
  });
  return { x, ys };
};
