// The page of a video, put together.
"use strict";

videoemo.start = async () => {
  const find = (id) => document.getElementById(id);
  const data = globalThis.videoemoData;
  const model = new videoemo.Model(data, await videoemo.unpack(data));
  const video = find("video");
  const player = new videoemo.Player(model, video);
  const people = new videoemo.People(model);
  const boxes = new videoemo.Boxes(model, find("boxes"), people);
  // For whoever wants to know what the page shows: the tests do.
  videoemo.page = { model, player, people, boxes };

  const screen = find("screen");
  if (model.media.kind !== "none") {
    screen.style.aspectRatio = `${model.width} / ${model.height}`;
    screen.style.maxWidth = `calc(72vh * ${model.width / model.height})`;
  }
  const { warn } = videoemo;

  const checkShape = (width, height) => {
    if (Math.abs((width * model.height) / (height * model.width) - 1) < 0.02) return;
    boxes.visible = false;
    warn("No boxes are drawn: this browser shows the video in another shape than the one that was scored.");
    drawBoxes();
  };
  const drawBoxes = () => boxes.draw(player.frame, player.shown);
  const held = globalThis.videoemoMedia;
  const source = held && URL.createObjectURL(new Blob([videoemo.bytesOf(held.data)], { type: held.type }));
  if (video) {
    video.addEventListener("loadedmetadata", () => checkShape(video.videoWidth, video.videoHeight));
    video.addEventListener("error", () => warn("This browser does not play the video."));
    if (source) video.src = source;
    else if (video.error) warn("This browser does not play the video.");
    if (video.readyState >= 1) checkShape(video.videoWidth, video.videoHeight);
  }
  const picture = find("picture");
  if (picture) {
    picture.addEventListener("load", () => checkShape(picture.naturalWidth, picture.naturalHeight));
    picture.addEventListener("error", () => warn("This browser does not show the picture."));
    if (source) picture.src = source;
  }
  new ResizeObserver(drawBoxes).observe(screen);
  if (find("plane")) videoemo.keepInSight(screen);

  const longest = model.end - model.origin;
  const persons = find("persons") && new videoemo.PersonList(model, people, find("persons"));
  const course = find("plane") && videoemo.startCourse(model, player, people);
  let all = false;
  const showPersons = () => {
    const chosen = videoemo.chosen(model, all);
    persons.show(chosen);
    course?.show(chosen);
    const more = find("all-persons");
    more.hidden = chosen.length === model.tracks.length;
    more.textContent = `Show all ${model.tracks.length} persons`;
    persons.tell(player.frame);
  };
  if (persons) {
    showPersons();
    find("all-persons").addEventListener("click", () => {
      all = true;
      showPersons();
    });
  }

  player.listen(() => {
    drawBoxes();
    persons?.tell(player.frame);
    const clock = find("clock");
    if (!clock) return;
    const time = videoemo.clock(player.time - model.origin, longest, 2);
    clock.textContent = `${time} / ${videoemo.clock(player.end - model.origin, longest, 1)}`;
    clock.parentElement.classList.toggle("playing", player.playing);
    find("play")?.setAttribute("aria-label", player.playing ? "Pause" : "Play");
    if (video) find("mute").setAttribute("aria-pressed", String(!video.muted));
  });
  people.listen(drawBoxes);

  // What is displayed, for those who do not see it: told when the video rests.
  let telling = 0;
  player.listen(() => {
    clearTimeout(telling);
    if (player.playing || model.n === 0) return;
    telling = setTimeout(() => {
      const faces = model.faces(player.frame).map((face) => `${people.name(face.person)} ${videoemo.says(model, face)}`);
      const time = model.n > 1 ? `${videoemo.clock(player.shown - model.origin, longest, 2)}: ` : "";
      find("now").textContent = time + (faces.join(", ") || "no face");
    }, 600);
  });

  if (find("moments")) {
    const fill = () => (find("moments-section").hidden = !videoemo.fillMoments(model, people, find("moments")));
    fill();
    people.listen(fill);
  }
  if (find("faces")) {
    const fill = () => videoemo.fillFaces(model, people, find("faces"));
    fill();
    people.listen(fill);
  }
  if (find("episodes")) {
    const table = new videoemo.EpisodeTable(model, people, {
      body: find("episode-rows"), more: find("more-episodes"), choice: find("episode-person"),
    });
    const fill = () => {
      if (!find("episodes").open) return;
      table.nameChoices();
      table.fill();
    };
    find("episodes").addEventListener("toggle", fill);
    people.listen(fill);
  }

  const goToHash = () => {
    const time = /^#t=(-?[0-9.]+)$/.exec(location.hash);
    if (time) player.seek(Number(time[1]));
  };
  addEventListener("hashchange", goToHash);
  document.addEventListener("click", (event) => {
    // A link that was the last one followed, too, leads there again.
    const link = event.target.closest?.('a[href^="#t="]');
    if (!link) return;
    if (link.getAttribute("href") === location.hash) goToHash();
    // Where the course is clicked on, it stays where it is; from a list the video is what is wanted.
    screen.scrollIntoView({ block: "nearest" });
  });
  goToHash();

  videoemo.startControls(player, { video, screen, boxes, drawBoxes, course });
  videoemo.ready = true;
  document.documentElement.dataset.ready = "";
};

videoemo.warn = (text) => {
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.textContent = text;
  document.getElementById("notices").append(notice);
};

videoemo.start().catch((error) => {
  videoemo.warn(globalThis.DecompressionStream
    ? `The page cannot be drawn: ${error.message}`
    : "This browser is too old to draw the page; those of 2023 and later do.");
  throw error;
});
