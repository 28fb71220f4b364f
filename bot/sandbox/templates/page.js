"use strict";
const panes = new Map([...document.querySelectorAll(".pane")].map((element) => [element.dataset.platform, {
  element, chosen: null, shown: null, parts: new Map(),
  list: element.querySelector(".messages"), tabs: element.querySelector("nav"),
  title: element.querySelector("h1"), subtitle: element.querySelector("header p"),
  commands: element.querySelector(".commands"), form: element.querySelector("form"),
}]));
let latest = null;

function show(view) {
  latest = view;
  for (const [platform, pane] of panes) {
    const chats = view[platform];
    const chat = chats.find((one) => one.id === pane.chosen) ?? chats[0];
    pane.element.classList.toggle("empty", !chat);
    if (!chat) continue;
    showTabs(pane, chats, chat);
    pane.title.textContent = chat.title;
    pane.subtitle.textContent = chat.subtitle;
    pane.form.hidden = !chat.writable;
    showCommands(pane, chat);
    showMessages(pane, chat);
  }
  showModal(view.modal);
}

function showModal(modal) {
  const box = document.getElementById("modal");
  if (!modal) { box.dataset.key = ""; if (box.open) box.close(); return; }
  if (box.dataset.key !== modal.key) {
    box.dataset.key = modal.key;
    box.querySelector("h2").textContent = modal.title;
    box.querySelector(".body").innerHTML = modal.html;
    for (const name of ["submit", "close"]) {
      const button = box.querySelector("." + name);
      button.textContent = modal[name] || (name === "close" ? "Close" : "");
      button.hidden = name === "submit" && !modal.submit;
    }
  }
  if (!box.open) box.showModal();
}

function filledIn(form) {
  const values = {};
  for (const field of form.querySelectorAll(".input [name]")) {
    if (field.type === "checkbox") { values[field.name] ??= []; if (field.checked) values[field.name].push(field.value); }
    else if (field.type !== "radio" || field.checked) values[field.name] = field.value;
  }
  return values;
}

function inView(event) {
  const view = event.target.closest("[data-view]")?.dataset.view;
  if (!view) return false;
  const button = event.target.closest("[data-action]");
  if (button && event.type === "click") tell("slack/view", { view, data: button.dataset.action });
  const choice = event.target.closest("[data-choose]");
  if (choice && event.type === "change") tell("slack/view", { view, data: choice.dataset.choose, value: choice.value });
  return true;
}

function showTabs(pane, chats, chat) {
  pane.tabs.replaceChildren(...(chats.length < 2 ? [] : chats.map((one) => {
    const tab = document.createElement("button");
    tab.textContent = one.tab;
    tab.setAttribute("aria-current", one.id === chat.id);
    tab.onclick = () => {
      pane.chosen = one.id;
      show(latest);
      if (one.id.startsWith("home:")) tell("slack/home", {});
    };
    return tab;
  })));
}

function showCommands(pane, chat) {
  const names = chat.commands.map((one) => one.type).join();
  if (pane.commands.dataset.names === names) return;
  pane.commands.dataset.names = names;
  pane.commands.replaceChildren(...chat.commands.map((command) => {
    const chip = document.createElement("button");
    chip.textContent = command.type;
    chip.title = command.about;
    chip.onclick = () => { pane.form.text.value = command.type; pane.form.text.focus(); };
    return chip;
  }));
}

function showMessages(pane, chat) {
  const list = pane.list;
  if (pane.shown !== chat.id) { list.replaceChildren(); pane.parts.clear(); pane.shown = chat.id; }
  // who reads from the beginning is left there; who has been at the end, or said something, follows what comes
  const follows = (pane.moved || list.scrollTop > 0) && list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const grew = chat.messages.some((message) => !pane.parts.has(message.key));
  const wanted = new Set(chat.messages.map((message) => message.key));
  for (const [key, part] of pane.parts) if (!wanted.has(key)) { part.node.remove(); pane.parts.delete(key); }
  let before = list.firstChild;
  for (const message of chat.messages) {
    let part = pane.parts.get(message.key);
    if (!part || part.html !== message.html) {
      const holder = document.createElement("template");
      holder.innerHTML = message.html.trim();
      const node = holder.content.firstElementChild;
      if (part) { node.classList.add("changed"); part.node.replaceWith(node); if (before === part.node) before = node; }
      part = { html: message.html, node };
      pane.parts.set(message.key, part);
    }
    if (part.node === before) before = before.nextSibling;
    else list.insertBefore(part.node, before);
    foldQuotes(part.node);
  }
  if (grew && follows) list.scrollTop = list.scrollHeight;
}

function foldQuotes(node) {
  for (const quote of node.querySelectorAll("[data-expandable]")) {
    quote.removeAttribute("data-expandable");
    quote.classList.add("folded");
    if (quote.scrollHeight <= quote.clientHeight + 4) quote.classList.remove("folded", "expandable");
    else quote.onclick = (event) => { if (!event.target.closest("a")) quote.classList.toggle("folded"); };
  }
}

async function tell(path, what) {
  try {
    const answer = await fetch("/page/" + path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(what),
    });
    const said = await answer.json();
    if (said.notice) (said.alert ? alertBox : toast)(said.notice);
    if (said.open) { panes.get("telegram").chosen = said.open; show(latest); }
  } catch { toast("The demo does not answer."); }
}

function toast(text) {
  const box = document.getElementById("toast");
  box.textContent = text;
  box.classList.add("up");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => box.classList.remove("up"), 4000);
}

function alertBox(text) {
  const box = document.getElementById("alert");
  box.querySelector("p").textContent = text;
  box.showModal();
}

for (const [platform, pane] of panes) {
  pane.form.onsubmit = (event) => {
    event.preventDefault();
    const text = pane.form.text.value.trim();
    if (!text) return;
    pane.form.text.value = "";
    pane.moved = true;
    pane.list.scrollTop = pane.list.scrollHeight;
    tell(platform + "/send", { chat: pane.shown, text });
  };
  pane.list.onclick = (event) => {
    pane.moved = true;
    const link = event.target.closest("a");
    if (link?.host === "t.me" && link.pathname === "/" + document.body.dataset.bot) {  // opens the private chat
      event.preventDefault();
      tell("telegram/follow", { chat: pane.shown, url: link.href });
      return;
    }
    if (inView(event)) return;
    const tool = event.target.closest("[data-react], [data-shortcut]");
    if (tool) {
      const message = tool.closest("[data-message]").dataset.message;
      const { react, shortcut } = tool.dataset;
      tell(react ? "slack/react" : "slack/shortcut", { chat: pane.shown, message, data: react ?? shortcut });
      return;
    }
    const button = event.target.closest("[data-data], [data-action]");
    if (!button) return;
    const message = button.closest("[data-message]").dataset.message;
    tell(platform + "/press", { chat: pane.shown, message, data: button.dataset.data ?? button.dataset.action });
  };
}

for (const list of [panes.get("slack").list, document.getElementById("modal")]) list.onchange = inView;
const modalBox = document.getElementById("modal");
const openView = () => modalBox.querySelector("[data-view]").dataset.view;
modalBox.querySelector(".body").onclick = inView;
modalBox.querySelector(".close").onclick = () => tell("slack/close", { view: openView() });
modalBox.oncancel = (event) => { event.preventDefault(); tell("slack/close", { view: openView() }); };
modalBox.querySelector("form").onsubmit = (event) => {
  event.preventDefault();
  tell("slack/submit", { view: openView(), values: filledIn(event.target) });
};

async function follow() {
  let version = -1;
  for (;;) {
    try {
      const answer = await fetch("/page/view?after=" + version);
      const view = await answer.json();
      document.body.classList.remove("ended");
      version = view.version;
      show(view);
    } catch {
      document.body.classList.add("ended");
      await new Promise((again) => setTimeout(again, 1500));
    }
  }
}
follow();
