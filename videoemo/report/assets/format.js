// Numbers as readers want them.
"use strict";

videoemo.clock = (seconds, longest, digits = 0) => {
  const sign = seconds < -1e-9 ? "−" : "";
  const scale = 10 ** digits;
  const units = Math.round(Math.abs(seconds) * scale);
  const whole = Math.floor(units / scale);
  const tail = digits ? "." + String(units % scale).padStart(digits, "0") : "";
  const two = (n) => String(n).padStart(2, "0");
  if (longest < 3600) return `${sign}${Math.floor(whole / 60)}:${two(whole % 60)}${tail}`;
  const minutes = Math.floor(whole / 60) % 60;
  return `${sign}${Math.floor(whole / 3600)}:${two(minutes)}:${two(whole % 60)}${tail}`;
};

videoemo.percent = (share) => `${Math.round(100 * share)} %`;

// Distances between ticks that readers count by, in seconds.
videoemo.ticks = (from, to, most) => {
  const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
    3600, 7200, 14400, 28800, 86400];
  const step = steps.find((one) => (to - from) / one <= most) || (to - from) / most;
  const found = [];
  for (let i = Math.ceil(from / step - 1e-6); i * step <= to + step * 1e-6; i++) found.push(i * step);
  return { step, at: found };
};
