/* The dialog's endings: asks the simulator what the chosen ending leaves behind, then tells the window that opened us. */
(function () {
  "use strict";

  var form = document.getElementById("signup");
  var problem = document.getElementById("problem");

  function field(name) {
    return form.elements.namedItem(name).value.trim();
  }

  function choice(outcome) {
    return {
      outcome: outcome,
      name: field("name"),
      phone: field("phone"),
      waba: field("waba"),
      step: field("step"),
      redirect_uri: form.dataset.redirect,
      state: form.dataset.state,
    };
  }

  function busy(on) {
    form.querySelectorAll("button").forEach(function (button) {
      button.disabled = on;
    });
  }

  function complain(text) {
    problem.textContent = text;
    problem.hidden = false;
    busy(false);
  }

  async function end(outcome) {
    busy(true);
    problem.hidden = true;
    var answer = await fetch(window.location.pathname, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(choice(outcome)),
    });
    var ending = await answer.json();
    if (!answer.ok) return complain(ending.error.message);
    window.setTimeout(leave, Number(field("delay")) * 1000, outcome, ending);
  }

  function leave(outcome, ending) {
    if (ending.redirect) return window.location.assign(ending.redirect);
    if (outcome !== "close") tell(ending);
    window.setTimeout(function () {
      window.close();
      complain("You may close this window now.");
    }, 50);
  }

  function tell(ending) {
    if (!window.opener) return complain("The window that opened this one is gone.");
    var messages = {
      info: ending.session_info && JSON.stringify(ending.session_info),
      code: "cb=" + encodeURIComponent(form.dataset.channel) + "&code=" + encodeURIComponent(ending.code || ""),
    };
    field("order").split(",").forEach(function (name) {
      if (messages[name]) window.opener.postMessage(messages[name], form.dataset.origin);
    });
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    end("finish").catch(complain);
  });
  form.querySelectorAll("button[type=button]").forEach(function (button) {
    button.addEventListener("click", function () {
      end(button.dataset.outcome).catch(complain);
    });
  });
})();
