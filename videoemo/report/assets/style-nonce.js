// The page's policy takes styles from its own files, and those that bear its nonce: Bokeh's, which
// puts style elements into what it draws.
"use strict";
globalThis.videoemo ??= {};
(() => {
  const nonce = document.currentScript.dataset.styleNonce;
  const create = Document.prototype.createElement;
  Document.prototype.createElement = function (name, ...options) {
    const element = create.call(this, name, ...options);
    if (String(name).toLowerCase() === "style") element.nonce = nonce;
    return element;
  };
})();
