// Progressive only: the page does all of this without a script, by its buttons.
// 1. Saves a draft every 20 seconds and when a field or the page is left. 2. Hides questions that do not apply.
// 3. Focuses the error summary. 4. Stops a double submit. 5. Leaves the page only when what is typed has arrived.
(function () {
  "use strict";
  var summary = document.querySelector(".govuk-error-summary");
  if (summary) summary.focus();

  var form = document.querySelector("form[data-draft]");
  if (!form) return;
  var line = form.querySelector("[data-saved]");
  var last = changed() ? "" : snapshot();
  var leaving = false;
  var saving = null;

  function snapshot() {
    return new URLSearchParams(new FormData(form)).toString();
  }

  // On a slow line somebody types before this script has come.
  function changed() {
    return Array.prototype.some.call(form.elements, function (one) {
      if (one.options) return !one.options[one.selectedIndex].defaultSelected;
      if (one.type === "checkbox" || one.type === "radio") return one.checked !== one.defaultChecked;
      return "defaultValue" in one && one.value !== one.defaultValue;
    });
  }

  // One draft at a time. Tells whether the server has answered, whatever it said.
  function save() {
    var body = snapshot();
    if (saving) return saving.then(function (answered) { return answered && save(); });
    if (body === last) return Promise.resolve(true);
    saving = fetch(form.dataset.draft, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
      body: body + "&action=autosave",
      keepalive: body.length < 60000,
      credentials: "same-origin",
      redirect: "manual",
      signal: AbortSignal.timeout ? AbortSignal.timeout(30000) : undefined
    })
      .then(function (response) {
        if (response.ok) last = body;
        return response.ok ? response.json() : { message: form.dataset.failed };
      })
      .then(function (answer) {
        line.textContent = answer.message;
        return true;
      })
      .catch(function () {
        line.textContent = leaving ? form.dataset.waiting : form.dataset.failed;
        return false;
      })
      .finally(function () {
        saving = null;
      });
    return saving;
  }

  function stay() {
    leaving = false;
  }

  // A browser that leaves for a page that never comes takes what was typed with it. So the words go ahead as a draft,
  // and the form follows on a line that has just answered; until then the page stays, and tries again.
  function send() {
    save().then(function (answered) {
      if (!answered) return window.setTimeout(send, 3000);
      HTMLFormElement.prototype.submit.call(form);
      // Stopped by hand, it may be sent again: it carries the same key, so it is the same act.
      window.setTimeout(stay, 10000);
    });
  }

  // A condition is "question=code" or "question!=code", joined by " and " or " or " (never both).
  function holds(condition) {
    var every = condition.indexOf(" or ") < 0;
    var terms = condition.split(every ? " and " : " or ");
    var test = function (term) {
      var parts = term.split(/!?=/);
      var given = new FormData(form).getAll(parts[0]).indexOf(parts[1]) >= 0;
      return term.indexOf("!=") < 0 ? given : !given;
    };
    return every ? terms.every(test) : terms.some(test);
  }

  function show() {
    form.querySelectorAll("[data-condition]").forEach(function (group) {
      group.hidden = !holds(group.dataset.condition);
    });
  }

  form.addEventListener("input", function () {
    line.textContent = form.dataset.unsaved;
  });
  form.addEventListener("change", show);
  form.addEventListener("focusout", save);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") save();
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (event.submitter && event.submitter.value === "save") return save();
    if (!leaving) {
      leaving = true;
      send();
    }
  });
  // So may a page taken back from the browser's cache.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) stay();
  });
  window.setInterval(save, 20000);
  show();
})();
