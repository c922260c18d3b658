/*
 * Starts the page, and says in a sentence why it does not start. A classic script in the language of 2009: it has to run
 * where the modules do not.
 */
(function () {
  "use strict";

  // What the modules cannot do without; docs/checkout.md names the browsers that have it.
  var NEEDED = [
    function () { return "noModule" in HTMLScriptElement.prototype; },
    function () { return typeof HTMLDialogElement === "function"; },
    function () { return typeof Array.prototype.findLast === "function"; },
    function () { return typeof AbortSignal.prototype.throwIfAborted === "function"; }
  ];
  var OLD =
    "This browser is too old for the shop. Please use a newer one: Chrome or Edge 100, Firefox 104, Safari 15.4, " +
    "or whatever is newer. Nothing was ordered or charged.";
  var BROKEN = "The shop could not be loaded. Please load the page again. Nothing was ordered or charged by this page.";

  function isThere(feature) {
    try {
      return feature();
    } catch (error) {
      return false;
    }
  }

  function say(text) {
    var root = document.documentElement;
    // A page that has started tells its troubles itself.
    if (root.hasAttribute("data-started")) return;
    var paragraph = document.createElement("p");
    paragraph.className = "alert bad";
    paragraph.setAttribute("role", "alert");
    paragraph.textContent = text;
    var again = document.createElement("a");
    again.href = location.pathname + location.search;
    again.textContent = "Load the page again";
    var main = document.getElementById("view");
    main.textContent = "";
    main.appendChild(document.createElement("h1")).textContent = "Offset";
    main.appendChild(paragraph);
    main.appendChild(document.createElement("p")).appendChild(again);
  }

  function broken() {
    say(BROKEN);
  }

  for (var i = 0; i < NEEDED.length; i += 1) {
    if (!isThere(NEEDED[i])) {
      say(OLD);
      return;
    }
  }
  // A module that throws, or that is no module, is told here; one that does not arrive, at the script itself.
  addEventListener("error", broken);
  addEventListener("unhandledrejection", broken);
  var script = document.createElement("script");
  script.type = "module";
  script.src = "js/main.js";
  script.onerror = broken;
  document.head.appendChild(script);
})();
