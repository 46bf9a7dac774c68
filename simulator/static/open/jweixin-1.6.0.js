"use strict";
// A stand-in for WeChat's page script: wx.config / ready / error / checkJsApi and the button
// <wx-open-subscribe>. The signature is checked by the simulator against the account's ticket.
// Nothing else of the real script is here; a call to it throws, so that no test passes by luck.
(() => {
  const home = new URL(document.currentScript.src).origin;
  let settle;
  const settled = new Promise((resolve) => { settle = resolve; }); // {errMsg, pass, tags}

  async function ask(path, body) {
    const answer = await fetch(`${home}/open/${path}`, {
      method: "POST",
      credentials: "include",
      headers: { "Content-Type": "text/plain" }, // spares the preflight between two ports
      body: JSON.stringify(body),
    });
    return answer.json();
  }

  async function config(options) {
    const { appId, timestamp, nonceStr, signature, jsApiList = [], openTagList = [] } = options;
    const url = location.href.split("#")[0];
    let told;
    try {
      told = await ask("config", { appId, timestamp, nonceStr, signature, url });
    } catch {
      told = { errMsg: "config:fail" };
    }
    settle({ ...told, apis: jsApiList, tags: openTagList });
    if (told.errMsg !== "config:ok") {
      document.dispatchEvent(new CustomEvent("WeixinOpenTagsError", { detail: told }));
    }
  }

  class OpenSubscribe extends HTMLElement {
    connectedCallback() {
      // The children are parsed only after this callback.
      settled.then((page) => setTimeout(() => this.#show(page)));
    }

    #show(page) {
      if (page.errMsg !== "config:ok" || !page.tags.includes("wx-open-subscribe")) {
        this.#tell("error", { errMsg: "subscribe:fail no permission" });
        return;
      }
      const root = this.attachShadow({ mode: "open" });
      const parts = [...this.querySelectorAll("script[type='text/wxtag-template'], template")];
      root.innerHTML = parts.map((part) => part.innerHTML).join(""); // the page's own markup
      root.addEventListener("click", () => this.#subscribe(page.pass));
      this.dispatchEvent(new CustomEvent("ready"));
    }

    async #subscribe(pass) {
      const templates = (this.getAttribute("template") || "").split(",").map((id) => id.trim());
      const told = await ask("subscribe", { pass, templates: templates.filter(Boolean) });
      this.#tell(told.errMsg === "subscribe:ok" ? "success" : "error", told);
    }

    #tell(name, detail) {
      this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
    }
  }

  window.wx = {
    config,
    ready: (callback) => settled.then((page) => page.errMsg === "config:ok" && callback()),
    error: (callback) => settled.then((page) => page.errMsg !== "config:ok" && callback(page)),
    checkJsApi: ({ jsApiList, success }) => settled.then((page) => success({
      errMsg: "checkJsApi:ok",
      checkResult: Object.fromEntries(
        jsApiList.map((name) => [name, [...page.apis, ...page.tags].includes(name)]),
      ),
    })),
  };
  window.jWeixin = window.wx;
  customElements.define("wx-open-subscribe", OpenSubscribe);
})();
