/* The upload page: Dropzone sends the files, the API does the rest. The API takes access tokens only; the page gets
   short-lived ones for whoever is signed in, and a new one whenever the API no longer takes the last. */
(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const page = byId("upload");
  const says = page.dataset;
  const gallery = byId("gallery");
  const sending = byId("sending");
  const SHOWN_DONE_MS = 2500;

  const announce = (text) => { byId("news").textContent = text; };
  const filled = (words, value) => words.replace("%s", () => value);
  const copyOf = (id) => byId(id).content.firstElementChild.cloneNode(true);

  // Talking to the API

  class Refused extends Error {
    constructor(status, detail) {
      super(detail);
      this.mayWorkLater = status === 0 || status === 429 || status >= 500;
    }
  }

  let access = null;
  let asking = null;

  function cookie(name) {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  async function reach(url, options) {
    try {
      return await fetch(url, { cache: "no-store", credentials: "omit", ...options });
    } catch {
      throw new Refused(0, says.saysOffline);
    }
  }

  async function askForToken() {
    const headers = { "X-CSRFToken": cookie(says.csrfCookie) };
    const answer = await reach(says.token, { method: "POST", credentials: "same-origin", headers });
    if (answer.status === 401 || answer.status === 403) {
      byId("signed-out").hidden = false;
      throw new Refused(answer.status, byId("signed-out").firstChild.textContent.trim());
    }
    if (!answer.ok) throw new Refused(answer.status, says.saysFailed);
    access = (await answer.json()).access;
    byId("signed-out").hidden = true;
  }

  function renew() {
    asking ??= askForToken().finally(() => { asking = null; });
    return asking;
  }

  function detailOf(body, status) {
    const details = (body?.errors ?? []).map((error) => error.detail);
    return details.join(" ") || (status ? says.saysFailed : says.saysOffline);
  }

  async function call(method, url, content) {
    if (!access) await renew();
    const send = () => {
      const headers = { Authorization: `Bearer ${access}`, Accept: "application/json" };
      if (content) headers["Content-Type"] = "application/json";
      return reach(url, { method, headers, body: content && JSON.stringify(content) });
    };
    let answer = await send();
    if (answer.status === 401) {
      await renew();
      answer = await send();
    }
    const body = answer.status === 204 ? null : await answer.json().catch(() => null);
    if (!answer.ok) throw new Refused(answer.status, detailOf(body, answer.status));
    return body;
  }

  // The list of what is being sent

  function wrong(row, detail, tryAgain) {
    row.classList.add("is-wrong");
    row.querySelector(".state").textContent = detail;
    const again = row.querySelector(".again");
    again.hidden = !tryAgain;
    again.onclick = tryAgain && (() => {
      row.classList.remove("is-wrong");
      again.hidden = true;
      tryAgain();
    });
    announce(`${row.querySelector(".name").textContent}: ${detail}`);
  }

  function working(row, state, progress = null) {
    row.querySelector(".state").textContent = state;
    const bar = row.querySelector("progress");
    if (progress === null) bar.removeAttribute("value");
    else bar.value = progress;
    bar.setAttribute("aria-label", row.querySelector(".name").textContent);
  }

  function done(row, image) {
    row.classList.add("is-done");
    row.querySelector(".state").textContent = says.saysDone;
    announce(filled(says.saysUploaded, image.title));
    gallery.prepend(card(image));
    byId("none").hidden = true;
    setTimeout(() => takeAway(row), SHOWN_DONE_MS);
  }

  function takeAway(row) {
    const hadFocus = row.contains(document.activeElement);
    row.remove();
    if (hadFocus) byId("files").focus();
  }

  // Files

  const zone = new Dropzone(document.body, {
    url: says.images,
    paramName: "file",
    parallelUploads: 2,
    maxFilesize: null,
    timeout: 0,
    clickable: false,
    createImageThumbnails: false,
    defaultHeaders: false,
    previewsContainer: sending,
    previewTemplate: byId("file-form").innerHTML,

    accept(file, decide) {
      if (file.size > Number(says.largest)) decide(says.saysTooLarge);
      else (access ? Promise.resolve() : renew()).then(() => decide(), (error) => decide(error.message));
    },
    sending(file, request) {
      request.setRequestHeader("Authorization", `Bearer ${access}`);
      request.setRequestHeader("Accept", "application/json");
    },
    processing(file) { working(file.previewElement, says.saysSending, 0); },
    uploadprogress(file, progress) {
      if (file.previewElement.classList.contains("is-wrong")) return;
      if (progress < 100) working(file.previewElement, `${says.saysSending} ${Math.round(progress)} %`, progress);
      else working(file.previewElement, says.saysMaking);
    },
    success(file, image) {
      done(file.previewElement, image);
      this.files = this.files.filter((other) => other !== file);
    },
    error(file, answer, request) {
      const sendAgain = () => {
        file.status = Dropzone.ADDED;
        file.accepted = true;
        working(file.previewElement, says.saysWaiting, 0);
        zone.enqueueFile(file);
      };
      if (request?.status === 401 && !file.hadNewToken) {
        file.hadNewToken = true;
        renew().then(sendAgain, (error) => wrong(file.previewElement, error.message, sendAgain));
        return;
      }
      file.hadNewToken = false;
      if (!request) { // refused here, before anything was sent
        wrong(file.previewElement, answer, file.size > Number(says.largest) ? null : sendAgain);
        return;
      }
      const refused = new Refused(request.status, detailOf(answer, request.status));
      wrong(file.previewElement, refused.message, refused.mayWorkLater ? sendAgain : null);
    },
    canceled() {},
    complete() {},
  });

  zone.on("addedfile", (file) => {
    const row = file.previewElement;
    working(row, says.saysWaiting, 0);
    row.querySelector(".away").addEventListener("click", () => {
      const hadFocus = row.contains(document.activeElement);
      zone.removeFile(file);
      if (hadFocus) byId("files").focus();
    });
    const small = row.querySelector("img");
    small.addEventListener("load", () => { small.hidden = false; URL.revokeObjectURL(small.src); }, { once: true });
    small.addEventListener("error", () => URL.revokeObjectURL(small.src), { once: true });
    if (file.type.startsWith("image/")) small.src = URL.createObjectURL(file);
  });

  const add = (files) => { for (const file of files) zone.addFile(file); };

  byId("files").addEventListener("change", (event) => {
    add([...event.target.files]);
    event.target.value = "";
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) {
      event.preventDefault();
      add(files);
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (zone.getActiveFiles().length) {
      event.preventDefault();
      event.returnValue = says.saysLeft;
    }
  });

  // Links

  byId("link").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = byId("link-url");
    const url = field.value.trim();
    field.value = "";
    const row = copyOf("file-form");
    row.querySelector(".name").textContent = url;
    row.querySelector(".away").addEventListener("click", () => takeAway(row));
    sending.append(row);
    const fetchIt = async () => {
      working(row, says.saysFetching);
      try {
        done(row, await call("POST", says.images, { image_url: url }));
      } catch (error) {
        wrong(row, error.message, error.mayWorkLater ? fetchIt : null);
      }
    };
    fetchIt();
  });

  // The gallery

  function show(row, image) {
    const small = image.renditions.small;
    const picture = row.querySelector("img");
    Object.assign(picture, { width: small.width, height: small.height, src: small.url, alt: image.alt || image.title });
    row.querySelector(".look").href = image.url;
    row.querySelector(".facts b").textContent = image.title;
    row.querySelector(".facts b").title = image.title;
    row.querySelector(".facts span").textContent = `${image.width} × ${image.height}`;
    row.querySelector(".tools").setAttribute("aria-label", image.title);
  }

  function card(image) {
    const row = copyOf("picture-form");
    const address = `${says.images}${image.id}/`;
    const field = row.querySelector(".alt input");
    const save = row.querySelector(".alt button");
    row.dataset.id = image.id;
    let shown = image;
    show(row, image);
    field.value = image.alt;

    const act = async (work) => { // one thing at a time
      if (row.ariaBusy === "true") return;
      row.ariaBusy = "true";
      const complaint = row.querySelector(".wrong");
      complaint.hidden = true;
      try {
        await work();
      } catch (error) {
        complaint.textContent = error.message;
        complaint.hidden = false;
      } finally {
        row.ariaBusy = "false";
      }
    };
    const on = (name, work) => row.querySelector(name).addEventListener("click", () => act(work));
    const rotate = (degrees) => async () => {
      shown = await call("PATCH", address, { rotate: degrees });
      show(row, shown);
      announce(says.saysRotated);
    };
    on(".left", rotate(270));
    on(".right", rotate(90));
    on(".copy", async () => {
      await copy(shown.url, row);
      const button = row.querySelector(".copy");
      button.classList.add("is-done");
      setTimeout(() => button.classList.remove("is-done"), SHOWN_DONE_MS);
      announce(says.saysCopied);
    });
    on(".delete", async () => {
      if (!await isSure()) return;
      await call("DELETE", address);
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      byId("none").hidden = gallery.children.length > 0 || !byId("more").hidden;
      (next?.querySelector(".delete") ?? byId("gallery-title")).focus();
      announce(filled(says.saysDeleted, shown.title));
    });
    field.addEventListener("input", () => { save.hidden = field.value.trim() === shown.alt; });
    row.querySelector(".alt").addEventListener("submit", (event) => {
      event.preventDefault();
      act(async () => {
        shown = await call("PATCH", address, { alt: field.value });
        show(row, shown);
        field.value = shown.alt;
        if (document.activeElement === save) field.focus();
        save.hidden = true;
        announce(says.saysSaved);
      });
    });
    return row;
  }

  async function copy(text, near) {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return;
    }
    const field = document.createElement("textarea"); // where the page did not come over HTTPS
    const focused = document.activeElement;
    field.className = "unseen";
    field.value = text;
    near.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    focused?.focus();
  }

  function isSure() {
    const question = byId("sure");
    question.returnValue = "no";
    question.showModal();
    return new Promise((answer) => {
      question.addEventListener("close", () => answer(question.returnValue === "yes"), { once: true });
    });
  }

  let next = "";

  async function load() {
    const more = byId("more");
    gallery.setAttribute("aria-busy", "true");
    try {
      const answer = await call("GET", says.images + next);
      const known = new Set([...gallery.children].map((row) => row.dataset.id));
      const rows = answer.items.filter((image) => !known.has(String(image.id))).map(card);
      gallery.append(...rows);
      if (document.activeElement === more) rows[0]?.querySelector(".look").focus();
      next = answer.meta.next ? new URL(answer.meta.next, location.href).search : "";
      more.hidden = !next;
      byId("none").hidden = gallery.children.length > 0;
    } catch (error) {
      more.hidden = false; // to be tried again with
      announce(error.message);
    }
    gallery.setAttribute("aria-busy", "false");
  }

  byId("more").addEventListener("click", load);
  load();
})();
