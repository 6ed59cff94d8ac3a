(function () {
  "use strict";
  var root = document.documentElement, main = document.querySelector("main");
  root.classList.add("js");
  var input = document.getElementById("q"), said = document.getElementById("said");
  // A report without a station has nothing to look for.
  if (!input) { return; }
  var cells = null, status = "", timer = 0;
  // Names are compared without accents and case: "etude" finds "Étude".
  function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  function counted(number) {
    var language = said.dataset.language, one = new Intl.PluralRules(language).select(number) === "one";
    return (one ? said.dataset.one : said.dataset.many).replace("{n}", number.toLocaleString(language));
  }
  function collect() {
    cells = [];
    main.querySelectorAll(".room").forEach(function (room) {
      var of = plain(room.dataset.name + " " + room.closest("section").dataset.name);
      room.querySelectorAll(".plan>li").forEach(function (li) {
        cells.push({ li: li, room: room, text: plain(li.querySelector(".v").textContent) + " " + of });
      });
    });
  }
  function apply() {
    if (!cells) { collect(); }
    var words = plain(input.value).split(/\s+/).filter(Boolean), shown = 0, rooms = new Set();
    cells.forEach(function (cell) {
      var yes = (!status || cell.li.classList.contains("s-" + status)) &&
        words.every(function (word) { return cell.text.indexOf(word) !== -1; });
      cell.li.classList.toggle("gone", !yes);
      if (yes) { shown += 1; rooms.add(cell.room); }
    });
    cells.forEach(function (cell) { cell.room.classList.toggle("gone", !rooms.has(cell.room)); });
    main.querySelectorAll("section.school").forEach(function (section) {
      section.classList.toggle("gone", !section.querySelector(".room:not(.gone)"));
    });
    said.textContent = words.length || status ? counted(shown) : "";
  }
  input.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(apply, 120); });
  document.querySelectorAll("[data-status]").forEach(function (button) {
    button.addEventListener("click", function () {
      status = button.dataset.status;
      document.querySelectorAll("[data-status]").forEach(function (each) {
        each.setAttribute("aria-pressed", String(each === button));
      });
      apply();
    });
  });
  document.addEventListener("keydown", function (event) {
    var open = event.key === "Escape" && document.querySelector(".plan details[open]");
    if (open) { open.open = false; open.firstElementChild.focus(); }
  });
  // A click anywhere else closes an open station, as it does any such card.
  document.addEventListener("click", function (event) {
    var open = document.querySelector(".plan details[open]");
    if (open && !open.contains(event.target)) { open.open = false; }
  });
  document.querySelectorAll(".copy").forEach(function (button) {
    button.addEventListener("click", function () {
      var pre = button.parentNode.querySelector("pre"), before = button.textContent;
      function done() {
        button.textContent = button.dataset.done;
        setTimeout(function () { button.textContent = before; }, 2000);
      }
      function select() { getSelection().selectAllChildren(pre); }
      // Not there in every browser for a file that was opened from a disk: then the text is at least selected.
      if (navigator.clipboard) { navigator.clipboard.writeText(pre.textContent).then(done, select); } else { select(); }
    });
  });
}());
