// The axis of time, and a strip a person that shows its episodes, on the same axis as the curves.
"use strict";

// Pixels beside what is drawn along the axis: of the scales of the curves, and of the end.
videoemo.LEFT = 44;
videoemo.RIGHT = 8;

videoemo.pen = (canvas) => {
  const ratio = globalThis.devicePixelRatio || 1;
  const { clientWidth, clientHeight } = canvas;
  canvas.width = Math.round(clientWidth * ratio);
  canvas.height = Math.round(clientHeight * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  return { pen, width: clientWidth, height: clientHeight };
};

videoemo.colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

videoemo.drawRuler = (canvas, model, view, ticks) => {
  const { pen, width, height } = videoemo.pen(canvas);
  const x = videoemo.toPixels(view, width);
  const quiet = videoemo.colour("--quiet");
  pen.font = "12px system-ui, sans-serif";
  pen.textBaseline = "middle";
  pen.textAlign = "center";
  for (const tick of ticks.at) {
    const text = videoemo.clock(tick - model.origin, model.end - model.origin, ticks.step < 0.1 ? 2 : ticks.step < 1 ? 1 : 0);
    const half = pen.measureText(text).width / 2;
    pen.fillStyle = quiet;
    pen.fillText(text, Math.max(half, Math.min(x(tick), width - half)), height / 2 - 2);
    pen.fillStyle = videoemo.colour("--pale");
    pen.fillRect(x(tick) - 0.5, height - 5, 1, 5);
  }
  pen.fillStyle = quiet;
  for (const { kind, start } of model.moments) {
    if (kind !== "cut" || start < view.from || start > view.to) continue;
    pen.beginPath();
    pen.moveTo(x(start) - 4, height - 7);
    pen.lineTo(x(start) + 4, height - 7);
    pen.lineTo(x(start), height - 1);
    pen.fill();
  }
};

videoemo.drawStrip = (canvas, model, person, view) => {
  const { pen, width, height } = videoemo.pen(canvas);
  const x = videoemo.toPixels(view, width);
  const { episodeStart, episodeStop, episodeClass } = model.c;
  pen.fillStyle = videoemo.colour("--band");
  pen.fillRect(videoemo.LEFT, 0, width - videoemo.LEFT - videoemo.RIGHT, height);
  pen.beginPath();
  pen.rect(videoemo.LEFT, 0, width - videoemo.LEFT - videoemo.RIGHT, height);
  pen.clip();
  for (const i of person.episodes) {
    if (episodeStop[i] < view.from || episodeStart[i] > view.to) continue;
    const left = x(episodeStart[i]);
    pen.fillStyle = model.classes[episodeClass[i]].fill;
    pen.fillRect(left, 0, Math.max(x(episodeStop[i]) - left, 0.75), height);
  }
};

videoemo.toPixels = (view, width) => {
  const scale = (width - videoemo.LEFT - videoemo.RIGHT) / (view.to - view.from);
  return (time) => videoemo.LEFT + (time - view.from) * scale;
};
