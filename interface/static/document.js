// The documents: links followed and words searched without a reload, the reader brought to what is marked.
"use strict";

(() => {
	const SMALL = matchMedia("(max-width: 899px)");
	const PATIENCE = 5000; // milliseconds after which an order is held for lost
	const ON = (name) => document.getElementById(name);
	const WORDS = "#find textarea, #find input";

	// Gradio has no event for a link in a text, and answers to what is typed may overtake each other: what the visitor wants
	// goes through a box that nobody sees, one order after the other. Of words still being typed only the last ones go.
	const orders = [];
	let number = 0;
	let since = 0;

	function order(verb, what) {
		if (verb === "find" && orders.at(-1)?.[0] === "find") orders.pop();
		orders.push([verb, what]);
		send();
	}

	function send() {
		const box = document.querySelector("#order textarea, #order input");
		if (!box || !orders.length || Date.now() - since < PATIENCE) return;
		since = Date.now();
		box.value = [++number, ...orders.shift()].join(" ");
		box.dispatchEvent(new Event("input", { bubbles: true }));
	}

	document.addEventListener("click", (event) => {
		const link = event.target.closest?.("#doc a[href]");
		if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
		const url = new URL(link.href);
		if (url.origin !== location.origin) return;
		link.removeAttribute("target"); // Gradio opens every link in another tab
		if (url.pathname !== location.pathname || !url.searchParams.has("p")) return;
		event.preventDefault();
		if (SMALL.matches || link.closest("#matches")) link.closest("details")?.removeAttribute("open");
		if (link.href !== location.href) history.pushState(null, "", link.href);
		order("go", url.searchParams.get("p"));
	});

	addEventListener("popstate", () => {
		if (ON("doc")) order("go", new URL(location.href).searchParams.get("p") ?? "");
	});

	for (const [name, verb] of [["find-next", "next"], ["find-previous", "previous"]]) {
		document.addEventListener("click", (event) => {
			if (event.target.closest?.(`#${name}`)) order(verb, document.querySelector(WORDS).value);
		});
	}

	document.addEventListener("input", (event) => {
		if (event.target.matches?.(WORDS)) order("find", event.target.value);
	});

	// Enter is the next match, Shift and Enter the one before, Escape ends the search.
	document.addEventListener(
		"keydown",
		(event) => {
			const box = event.target.matches?.(WORDS) ? event.target : null;
			if (!box || event.isComposing) return;
			if (event.key === "Enter") {
				order(event.shiftKey ? "previous" : "next", box.value);
			} else if (event.key === "Escape" && box.value) {
				box.value = "";
				box.dispatchEvent(new Event("input", { bubbles: true }));
			} else return;
			event.preventDefault();
			event.stopPropagation();
		},
		true,
	);

	// A file that is too large for its format is refused before it is sent: the server would only cut it off.
	function tooLarge(file) {
		const suffix = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
		const lines = [...document.querySelectorAll("#add-limits li")];
		const line = lines.find((each) => each.title.split(" ").includes(suffix)) ?? lines.at(-1);
		const most = Number(line.className.replace("max-", ""));
		if (file.size <= most) return "";
		const size = (file.size / 1e6).toLocaleString("fr", { maximumFractionDigits: 1 });
		return `${file.name} est trop grand\u00a0: ${size}\u00a0Mo, pour ${most / 1e6}\u00a0Mo au plus. Coupez-le en plusieurs.`;
	}

	function check(event, files) {
		const refusal = [...files].map(tooLarge).find(Boolean) ?? "";
		ON("add-refused").textContent = refusal;
		if (!refusal) return;
		event.preventDefault();
		event.stopImmediatePropagation();
		event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));
	}

	document.addEventListener("change", (event) => {
		if (!event.target.matches?.('#add-file input[type="file"]')) return;
		check(event, event.target.files);
		if (ON("add-refused").textContent) event.target.value = "";
	}, true);
	document.addEventListener("drop", (event) => {
		if (event.target.closest?.("#add-file")) check(event, event.dataTransfer.files);
	}, true);

	function reach(target) {
		if (!target) return;
		const marked = target.tagName === "MARK";
		if (target.classList.contains("but")) target.focus({ preventScroll: true });
		else if (!marked) return;
		const opens = target.matches(".bloc:first-of-type, .avis");
		(opens ? ON("doc-text") : target).scrollIntoView({ block: marked ? "center" : "start" });
	}

	let shown = null;
	function settle() {
		if (!ON("doc")) return;
		for (const volet of document.querySelectorAll("#doc .volet:not(.vu)")) {
			volet.classList.add("vu");
			if (!SMALL.matches) volet.open = true;
		}
		for (const link of document.querySelectorAll("#doc-ways a.courant")) link.setAttribute("aria-current", "true");
		for (const told of document.querySelectorAll("#add-refused, :is(#found, #add-told) [data-testid=markdown]")) {
			told.setAttribute("role", "status");
		}
		const title = `${document.querySelector("#titre h1")?.textContent ?? "Document"} – Tresse`;
		if (document.title !== title) document.title = title; // writing it is a change that calls us again
		const done = ON("fait");
		if (!done || done === shown) return;
		shown = done;
		reach(ON("ici"));
		if (done.href && done.href !== location.href) history.replaceState(null, "", done.href);
		if (done.className === `n${number}`) since = 0;
		send();
	}
	new MutationObserver(settle).observe(document.documentElement, { childList: true, subtree: true });
})();
