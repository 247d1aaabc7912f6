// Stand-in for Meta's login SDK: checks its arguments as the real one does and opens a window at Meta's real origin.
(() => {
  let options = null;
  const origin = "https://www.facebook.com";

  const check = (callback, login) => {
    if (!options) throw new Error("FB.login() called before FB.init().");
    if (typeof callback !== "function" || callback.constructor.name !== "Function") throw new Error("Not a plain function");
    if (!navigator.userActivation.isActive) throw new Error("Not inside a click");
    if (!login.config_id || login.response_type !== "code" || !login.override_default_response_type) throw new Error("Options");
  };

  window.FB = {
    init(given) {
      if (!given.appId || !/^v\d+\.0$/.test(given.version)) throw new Error("init not called with valid version");
      options = given;
      window.sdkCalls = { init: given, login: [] };
    },
    login(callback, login) {
      check(callback, login);
      window.sdkCalls.login.push(login);
      const popup = window.open(`${origin}/${options.version}/dialog/oauth?client_id=${options.appId}`, "", "width=600,height=700");
      const settle = (response) => {
        clearInterval(watch);
        window.removeEventListener("message", listen);
        callback(response);
      };
      const listen = (message) => {
        if (message.source !== popup || message.origin !== origin || typeof message.data !== "string") return;
        const code = new URLSearchParams(message.data).get("code");
        if (code) settle({ status: "connected", authResponse: { code, userID: null, expiresIn: null } });
      };
      const watch = setInterval(() => popup.closed && settle({ status: "unknown", authResponse: null }), 50);
      window.addEventListener("message", listen);
    },
  };
  window.fbAsyncInit?.();
})();
