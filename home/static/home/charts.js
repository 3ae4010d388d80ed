/* The charts of the first page of the admin: Chart.js draws what the statistics say. */
(() => {
  "use strict";

  const SHOWN = { followers: "line", views: "bar", likes: "bar" };
  const DAY_MS = 24 * 60 * 60 * 1000;

  const css = (name, otherwise) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || otherwise;
  const isoDay = (moment) => new Date(moment).toISOString().slice(0, 10);
  const number = new Intl.NumberFormat(document.documentElement.lang || undefined);

  /* How many there were at the end of each day, of those there are now. */
  function overTime(total, days) {
    let later = 0;
    return days.map((by) => by).reverse().map((by) => { const then = total - later; later += by; return then; }).reverse();
  }

  function shortDay(date) {
    return new Date(`${date}T00:00:00Z`).toLocaleDateString(document.documentElement.lang || undefined, {
      day: "numeric", month: "short", timeZone: "UTC",
    });
  }

  class Panel {
    constructor(root) {
      this.root = root;
      this.form = root.querySelector("form");
      this.news = root.querySelector("[role=status]");
      this.table = root.querySelector("table");
      this.charts = {};
      this.asked = 0;
      this.form.addEventListener("change", () => this.load());
      this.form.addEventListener("submit", (event) => event.preventDefault());
      this.load();
    }

    async load() {
      const asked = ++this.asked;
      const choice = new FormData(this.form);
      const from = isoDay(Date.now() - (Number(choice.get("days")) - 1) * DAY_MS);
      let found = null;
      try {
        const answer = await fetch(`${choice.get("source")}?from=${from}`, { headers: { Accept: "application/json" } });
        found = answer.ok ? await answer.json() : null;
      } catch { /* offline: said below */ }
      if (asked !== this.asked) return;
      this.news.hidden = found !== null;
      this.news.textContent = found ? "" : this.root.dataset.saysDown;
      if (found) this.show(found);
    }

    show(found) {
      for (const place of this.root.querySelectorAll("[data-total]")) {
        place.textContent = number.format(found.totals[place.dataset.total]);
      }
      for (const canvas of this.root.querySelectorAll("[data-chart]")) this.draw(canvas, found);
      if (this.table) this.list(found.top_posts);
      this.root.dataset.shown = String(found.days.length);
    }

    draw(canvas, found) {
      const name = canvas.dataset.chart;
      const kind = SHOWN[name];
      const counts = found.days.map((day) => day[name]);
      const values = kind === "line" ? overTime(found.totals[name], counts) : counts;
      const labels = found.days.map((day) => shortDay(day.date));
      const color = css("--w-color-secondary", "#0a6a5c");
      this.charts[name]?.destroy();
      this.charts[name] = new Chart(canvas, {
        type: kind,
        data: { labels, datasets: [{ data: values, borderColor: color, backgroundColor: kind === "bar" ? color : `color-mix(in srgb, ${color} 18%, transparent)`, fill: kind === "line", pointRadius: 0, pointHitRadius: 12, borderWidth: kind === "line" ? 2 : 0, borderRadius: 2, tension: 0.2 }] },
        options: {
          animation: false,
          maintainAspectRatio: false,
          interaction: { mode: "index", intersect: false },
          plugins: { legend: { display: false } },
          scales: {
            x: { grid: { display: false }, ticks: { color: css("--w-color-text-meta", "#5c5c5c"), maxTicksLimit: 5, maxRotation: 0 } },
            y: { beginAtZero: kind === "bar", grace: kind === "line" ? "10%" : 0, grid: { color: css("--w-color-border-furniture", "#e0e0e0") }, ticks: { color: css("--w-color-text-meta", "#5c5c5c"), precision: 0, maxTicksLimit: 5 } },
          },
        },
      });
    }

    list(posts) {
      const rows = posts.map((post) => {
        const row = document.createElement("tr");
        const title = row.insertCell();
        title.className = "title";
        const link = document.createElement("a");
        link.href = post.edit_url;
        link.textContent = post.title;
        const wrapper = document.createElement("div");
        wrapper.className = "title-wrapper";
        wrapper.append(link);
        title.append(wrapper);
        for (const name of ["views", "likes", "comments", "replies"]) row.insertCell().textContent = number.format(post[name]);
        return row;
      });
      this.table.tBodies[0].replaceChildren(...rows);
      this.table.hidden = rows.length === 0;
    }
  }

  const begin = () => { for (const root of document.querySelectorAll("[data-statistics]")) new Panel(root); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
