/* Stand-in for Meta's login SDK: FB.init and FB.login, as strict about their arguments as the real one. */
(function () {
  "use strict";

  var script = document.currentScript || document.querySelector('script[src*="/sdk.js"]');
  var base = new URL("..", script.src);
  var app = null;
  var attempts = 0;

  function refuse(message) {
    var text = "FB (simulator): " + message;
    console.error(text);
    throw new Error(text);
  }

  function init(options) {
    if (!options || !options.appId) refuse("init() needs an appId.");
    if (!/^v\d+\.\d+$/.test(options.version || "")) refuse("init() needs a valid version, such as v25.0.");
    app = options;
  }

  function check(callback, options) {
    if (!app) refuse("login() called before init().");
    if (typeof callback !== "function") refuse("login() needs a callback.");
    if (callback.constructor.name === "AsyncFunction") refuse("login() expects a function, not an async function.");
    if (!options.config_id) refuse("login() needs a config_id.");
    if (options.response_type !== "code") refuse("login() needs response_type 'code'.");
    if (options.override_default_response_type !== true) refuse("login() needs override_default_response_type true.");
    if (navigator.userActivation && !navigator.userActivation.isActive) {
      refuse("login() must be called straight from a click; here the browser would block the window.");
    }
  }

  function dialogUrl(channel, options) {
    var url = new URL(app.version + "/dialog/oauth", base);
    var query = {
      client_id: app.appId,
      config_id: options.config_id,
      response_type: options.response_type,
      override_default_response_type: "true",
      display: "popup",
      channel: channel,
      origin: window.location.origin,
      extras: JSON.stringify(options.extras || {}),
    };
    Object.keys(query).forEach(function (name) {
      url.searchParams.set(name, query[name]);
    });
    return url.href;
  }

  function login(callback, options) {
    options = options || {};
    check(callback, options);
    attempts += 1;
    var channel = "f" + attempts + Date.now().toString(36);
    var popup = window.open(dialogUrl(channel, options), "_blank", "popup,width=560,height=760");
    if (!popup) {
      console.error("FB (simulator): the browser blocked the window.");
      return;
    }
    listenFor(channel, popup, callback);
  }

  function listenFor(channel, popup, callback) {
    var watch = window.setInterval(function () {
      if (popup.closed) window.setTimeout(finish, 200, { authResponse: null, status: "unknown" });
    }, 300);

    function finish(response) {
      if (watch === null) return;
      window.clearInterval(watch);
      watch = null;
      window.removeEventListener("message", listen);
      callback(response);
    }

    function listen(event) {
      if (event.origin !== base.origin || typeof event.data !== "string") return;
      var answer = new URLSearchParams(event.data);
      if (answer.get("cb") !== channel) return;
      var code = answer.get("code");
      finish(code ? connected(code) : { authResponse: null, status: "unknown" });
    }

    window.addEventListener("message", listen);
  }

  function connected(code) {
    var auth = { userID: null, expiresIn: null, code: code };
    return { authResponse: auth, status: "connected" };
  }

  window.FB = {
    init: init,
    login: login,
    getLoginStatus: function (callback) {
      callback({ authResponse: null, status: "unknown" });
    },
    AppEvents: { logEvent: function () {}, logPageView: function () {} },
  };

  if (typeof window.fbAsyncInit === "function" && !window.fbAsyncInit.hasRun) {
    window.fbAsyncInit.hasRun = true;
    window.setTimeout(window.fbAsyncInit, 0);
  }
})();
