// The video, or what stands for it, by the clock of the tables: which frame is shown, and when.
"use strict";

videoemo.Player = class {
  #video;
  #listeners = [];
  #shift = 0; // the browser's clock less that of the tables
  #shiftKnown = false;
  #asked = null; // the time that was asked for last, while the video rests there

  constructor(model, video) {
    this.model = model;
    this.#video = video;
    this.time = model.first; // where the cursor is
    this.shown = model.first; // the time of the frame on the screen
    if (video) this.#watch(video);
  }

  // Called with the player whenever its time, its frame or its state changes.
  listen(listener) {
    this.#listeners.push(listener);
    listener(this);
  }

  get playing() {
    return Boolean(this.#video && !this.#video.paused && !this.#video.ended);
  }

  get frame() {
    return this.model.frameAt(this.shown);
  }

  get end() {
    const length = this.#video ? this.#video.duration : NaN;
    return Number.isFinite(length) ? Math.max(length - this.#shift, this.model.end) : this.model.end;
  }

  seek(time) {
    const begin = Math.min(this.model.first, this.model.media.start);
    this.time = this.#asked = Math.min(Math.max(time, begin), this.end);
    if (!this.#video) this.shown = this.time;
    else if (this.#shiftKnown) this.#go();
    this.#tell();
  }

  #go() {
    // A little into the frame, which begins at this very time.
    this.#video.currentTime = Math.max(this.time + this.#shift + videoemo.TOLERANCE / 2, 0);
  }

  // To the sampled frame before or after the one that is shown.
  step(by) {
    this.pause();
    if (!this.model.n) return;
    const { seconds } = this.model.c;
    const now = videoemo.lastAtOrBefore(seconds, this.time + videoemo.TOLERANCE, 0, this.model.n);
    const between = now >= 0 && this.time - seconds[now] > videoemo.TOLERANCE;
    const frame = by < 0 && between ? now : now + by;
    this.seek(seconds[Math.min(Math.max(frame, 0), this.model.n - 1)]);
  }

  toggle() {
    if (!this.#video) return;
    if (this.playing) this.#video.pause();
    else this.#video.play().catch(() => {});
  }

  pause() {
    if (this.playing) this.#video.pause();
  }

  #watch(video) {
    for (const event of ["play", "pause", "ended", "ratechange", "volumechange", "durationchange"]) {
      video.addEventListener(event, () => this.#tell());
    }
    if (video.requestVideoFrameCallback) {
      const each = (_, { mediaTime }) => {
        this.#present(mediaTime);
        video.requestVideoFrameCallback(each);
      };
      video.requestVideoFrameCallback(each);
      // A frame that was there before this was asked tells nothing: let it come again.
      const again = () => setTimeout(() => !this.#shiftKnown && (video.currentTime = video.currentTime), 100);
      if (video.readyState >= 2) again();
      else video.addEventListener("loadeddata", again, { once: true });
    } else {
      const each = () => {
        if (this.playing) this.#present(video.currentTime);
        requestAnimationFrame(each);
      };
      requestAnimationFrame(each);
      video.addEventListener("seeked", () => this.#present(video.currentTime));
    }
  }

  #present(mediaTime) {
    if (!this.#shiftKnown) {
      // Browsers differ in where they begin to count a file whose clock does not begin at 0: the
      // frame that comes first tells.
      this.#shiftKnown = true;
      const { start, clock_start: clockStart } = this.model.media;
      const found = mediaTime - start;
      const near = (shift) => Math.abs(found - shift) < videoemo.CLOCKS_AGREE;
      this.#shift = [0, -clockStart, -start].find(near) ?? 0;
      // Where only a part was sampled, that is where it begins.
      if (this.#asked === null && this.model.first > this.model.media.start) this.#asked = this.model.first;
      if (this.#asked !== null) this.#go();
    }
    this.shown = mediaTime - this.#shift;
    // A frame is shown until the next one: the cursor stays where it was asked to be.
    if (this.#asked === null || (this.playing && !this.#video.seeking)) {
      this.#asked = null;
      this.time = this.shown;
    }
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener(this);
  }
};

// Seconds: of two clocks that begin at the same time. Times are rounded, some to milliseconds.
videoemo.CLOCKS_AGREE = 2e-3;
