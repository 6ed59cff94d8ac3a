(function () {
  "use strict";
  var main = document.querySelector("main");
  document.documentElement.classList.add("js");
  var input = document.getElementById("q"), said = document.getElementById("said");
  // A report without a station has nothing to look for.
  if (!input) { return; }
  var words = said.dataset, buttons = Array.from(document.querySelectorAll("[data-status]"));
  var groups = {}, labels = {}, cells = null, sections = [], before = new Map(), status = "", timer = 0;
  var plurals = new Intl.PluralRules(words.language);
  buttons.forEach(function (button) {
    groups[button.dataset.status] = button.dataset.group;
    labels[button.dataset.status] = button.dataset.label;
  });

  // Names are compared without accents and case: "etude" finds "Étude".
  function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  function figure(number) { return number.toLocaleString(words.language); }
  function counted(number, one, many) {
    return (plurals.select(number) === "one" ? one : many).replace("{n}", figure(number));
  }
  function all(selector, of) { return Array.from(of.querySelectorAll(selector)); }
  function gone(element, yes) { element.classList.toggle("gone", yes); }
  function write(of, what, text) {
    all("[data-t=" + what + "]", of).forEach(function (each) { each.textContent = text; });
  }

  function collect() {
    cells = [];
    // An index of schools has no station.
    all("table.schools tbody tr", main).forEach(function (row) {
      row.schoolText = plain(row.cells[0].textContent);
    });
    sections = all("section.school", main).map(function (section) {
      var own = { section: section, rooms: [], cells: [], rows: new Map() };
      all(".rows tbody tr:not(.in)", section).forEach(function (row) {
        var name = row.cells[0].textContent;
        own.rows.set(name, (own.rows.get(name) || []).concat(row));
      });
      all(".room", section).forEach(function (element) {
        var room = { element: element, name: element.querySelector("h4").textContent, cells: [] };
        var of = plain(" " + element.dataset.name + " " + section.dataset.name);
        all(".plan>li", element).forEach(function (li) {
          var name = li.querySelector("strong").textContent;
          room.cells.push({
            li: li, name: name, status: li.querySelector("summary").className, kind: li.dataset.kind || "", yes: true,
            rows: own.rows.get(name) || [], text: plain(li.querySelector(".v").textContent) + of,
            uai: plain(section.dataset.uai)
          });
        });
        own.rooms.push(room);
        own.cells = own.cells.concat(room.cells);
      });
      cells = cells.concat(own.cells);
      return own;
    });
  }

  function chosen(cell) { return cell.yes; }
  function counts(of) {
    var found = {};
    of.filter(chosen).forEach(function (cell) { found[cell.status] = (found[cell.status] || 0) + 1; });
    return found;
  }
  function sum(found, group) {
    return Object.keys(found).reduce(function (total, name) {
      return total + (!group || groups[name] === group ? found[name] : 0);
    }, 0);
  }
  // 0 and 100 are said of nothing else, as in charts.py.
  function percent(part, total) {
    var share = total ? Math.round(100 * part / total) : 0;
    return part > 0 && part < total ? Math.min(99, Math.max(1, share)) : share;
  }
  function fill(of, found) {
    var total = sum(found), ok = sum(found, "right"), todo = sum(found, "wrong"), x = 0;
    write(of, "ok", figure(ok));
    write(of, "total", figure(total));
    write(of, "todo", figure(todo));
    write(of, "blind", figure(total - ok - todo));
    write(of, "percent", String(percent(ok, total)));
    write(of, "stations", counted(total, words.a, words.some));
    all("[data-s]", of).forEach(function (li) {
      var number = found[li.dataset.s] || 0;
      li.querySelector("b").textContent = figure(number);
      gone(li, !number);
    });
    all("svg.bar rect", of).forEach(function (rect) {
      var width = total ? 1000 * (found[rect.getAttribute("class").slice(2)] || 0) / total : 0;
      rect.setAttribute("x", x);
      rect.setAttribute("width", width);
      x += width;
    });
  }

  // What means itself in a pattern of Ansible and in a shell, as in commands.py.
  function named(name) { return /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name); }
  function harmless(cell) { return groups[cell.status] === "right" || groups[cell.status] === "silent"; }
  // A room stands for its stations where the command does nothing to its others, or where the whole of it was chosen.
  function pattern(own, kind, reach) {
    var parts = [], pending = false;
    own.rooms.forEach(function (room) {
      var group = room.element.dataset.group;
      var mine = room.cells.filter(function (cell) { return cell.yes && cell.kind === kind; });
      var others = room.cells.filter(function (cell) { return !(cell.yes && cell.kind === kind); });
      if (!mine.length) { return; }
      if (group && mine.length > 1 && (!others.length || (2 * mine.length >= room.cells.length &&
          (reach === "pending" ? others.every(harmless) : reach === "any" && room.cells.every(chosen))))) {
        parts.push(group);
      } else if (group && mine.length > 5 && reach === "pending" && words.pending && room.cells.every(chosen)) {
        parts.push(group);
        pending = true;
      } else {
        mine.forEach(function (cell) { if (named(cell.name)) { parts.push(cell.name); } });
      }
    });
    return pending ? "'" + parts.sort().join(",") + ":&" + words.pending + "'" : parts.sort().join(",");
  }
  function paragraph(name, text) {
    var made = document.createElement("p"), bold = document.createElement("b");
    made.className = "names some";
    bold.textContent = name;
    made.append(bold, name ? " : " + text : text);
    return made;
  }
  function task(own, li, whole) {
    var mine = own.cells.filter(function (cell) { return cell.yes && cell.kind === li.dataset.kind; });
    var word = li.querySelector("pre .l"), number = li.querySelector("h4 .small"), command = li.querySelector(".cmd");
    all(".some", li).forEach(function (each) { each.remove(); });
    gone(li, !mine.length);
    if (!before.has(li)) { before.set(li, [word && word.textContent, number.textContent]); }
    if (whole) {
      if (word) { word.textContent = before.get(li)[0]; gone(command, false); }
      number.textContent = before.get(li)[1];
      return;
    }
    number.textContent = "(" + figure(mine.length) + ")";
    if (word) {
      word.textContent = pattern(own, li.dataset.kind, li.dataset.reach);
      gone(command, !word.textContent);
    }
    var unnamed = mine.filter(function (cell) { return !named(cell.name); }).length;
    if (unnamed) { li.append(paragraph("", counted(unnamed, words.unnamedOne, words.unnamedMany))); }
    own.rooms.forEach(function (room) {
      var names = room.cells.filter(function (cell) { return cell.yes && cell.kind === li.dataset.kind; });
      if (names.length) { li.append(paragraph(room.name, names.map(function (cell) { return cell.name; }).join(", "))); }
    });
  }

  function narrow(own, filtered) {
    var shown = own.cells.filter(chosen), section = own.section, rows = 0;
    var whole = shown.length === own.cells.length, row = main.querySelector("tr[data-school=" + section.id + "]");
    section.classList.toggle("narrowed", !whole);
    gone(section, filtered && !shown.length);
    fill(section, counts(own.cells));
    if (row) { fill(row, counts(own.cells)); gone(row, filtered && !shown.length); }
    own.rooms.forEach(function (room) {
      gone(room.element, !room.cells.some(chosen));
      fill(room.element, counts(room.cells));
    });
    own.cells.forEach(function (cell) {
      gone(cell.li, !cell.yes);
      cell.rows.forEach(function (each) { gone(each, !cell.yes); });
      rows += cell.yes && cell.kind ? 1 : 0;
    });
    write(section, "rows", figure(rows));
    all(".rows tbody", section).forEach(function (body) { gone(body, !body.querySelector("tr:not(.in):not(.gone)")); });
    all(".rows", section).forEach(function (card) { gone(card, !card.querySelector("tbody:not(.gone)")); });
    all("[data-kind][data-reach]", section).forEach(function (li) { task(own, li, whole); });
  }

  function apply() {
    if (!cells) { collect(); }
    var looked = plain(input.value).split(/\s+/).filter(Boolean), filtered = Boolean(looked.length || status);
    // Of a UAI its beginning, and enough of it: "03" is a station, and 0310001A has it too.
    function has(text, uai) {
      return looked.every(function (word) {
        return text.indexOf(word) !== -1 || (word.length > 4 && uai.indexOf(word) === 0);
      });
    }
    if (!sections.length) {
      var schools = all("table.schools tbody tr", main).filter(function (row) {
        gone(row, !has(row.schoolText, ""));
        return has(row.schoolText, "");
      });
      said.textContent = filtered ? counted(schools.length, words.one, words.many) : "";
      return;
    }
    cells.forEach(function (cell) { cell.yes = (!status || cell.status === status) && has(cell.text, cell.uai); });
    var overall = main.querySelector("section:not(.school)");
    if (overall) { overall.classList.toggle("narrowed", !cells.every(chosen)); }
    sections.forEach(function (own) { narrow(own, filtered); });
    var found = counts(cells), told = counted(sum(found), words.one, words.many);
    var list = Object.keys(labels).filter(function (name) { return found[name]; }).map(function (name) {
      return figure(found[name]) + "\u00a0" + labels[name];
    }).join(", ");
    said.textContent = !filtered ? "" : list ? words.list.replace("{first}", told).replace("{then}", list) : told;
  }
  input.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(apply, 120); });
  buttons.forEach(function (button) {
    button.addEventListener("click", function () {
      status = button.dataset.status;
      buttons.forEach(function (each) { each.setAttribute("aria-pressed", String(each === button)); });
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
  all(".copy", document).forEach(function (button) {
    button.addEventListener("click", function () {
      var pre = button.parentNode.querySelector("pre"), text = button.textContent;
      function done() {
        button.textContent = button.dataset.done;
        setTimeout(function () { button.textContent = text; }, 2000);
      }
      function select() { getSelection().selectAllChildren(pre); }
      // Not there in every browser for a file that was opened from a disk: then the text is at least selected.
      if (navigator.clipboard) { navigator.clipboard.writeText(pre.textContent).then(done, select); } else { select(); }
    });
  });
}());
