// Progressive only: the page does all of this without a script, by its buttons.
// 1. Saves a draft every 20 seconds and when the page is left. 2. Hides questions that do not apply.
// 3. Focuses the error summary. 4. Stops a double submit.
(function () {
  "use strict";
  var summary = document.querySelector(".govuk-error-summary");
  if (summary) summary.focus();

  var form = document.querySelector("form[data-draft]");
  if (!form) return;
  var line = form.querySelector("[data-saved]");
  var last = snapshot();
  var leaving = false;
  var busy = false;

  function snapshot() {
    return new URLSearchParams(new FormData(form)).toString();
  }

  function save() {
    var body = snapshot();
    if (leaving || busy || body === last) return;
    busy = true;
    fetch(form.dataset.draft, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
      body: body + "&action=autosave",
      keepalive: body.length < 60000,
      credentials: "same-origin",
      redirect: "error"
    })
      .then(function (response) {
        if (!response.ok) throw new Error(String(response.status));
        return response.json();
      })
      .then(function (answer) {
        last = body;
        line.textContent = answer.message;
      })
      .catch(function () {
        line.textContent = form.dataset.failed;
      })
      .finally(function () {
        busy = false;
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
    if (leaving) event.preventDefault();
    leaving = true;
  });
  // A page taken back from the browser's cache may be sent again.
  window.addEventListener("pageshow", function () {
    leaving = false;
  });
  window.setInterval(save, 20000);
  show();
})();
