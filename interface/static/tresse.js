// French for Gradio, and what the Assistant page does in the browser: the way from a citation to its source and back, the
// buttons of an answer, the counter, what is said to those who hear the page. Loaded before Gradio's own scripts.
"use strict";

{ // a scope of its own: the scripts of the other pages stand beside this one
for (const [name, value] of [["language", "fr"], ["languages", ["fr"]]]) {
	Object.defineProperty(navigator, name, { get: () => value });
}

const FRENCH = {
	"chatbot conversation": "Conversation",
	"Scroll down": "Descendre à la fin",
	"Scroll to bottom": "Descendre à la fin",
	"Copy conversation": "Copier la conversation",
	"Close": "Fermer",
	"Submit": "Envoyer",
};

function relabel(root) {
	for (const element of root.querySelectorAll("[aria-label], [title]")) {
		for (const name of ["aria-label", "title"]) {
			const french = FRENCH[element.getAttribute(name)];
			if (french) element.setAttribute(name, french);
		}
	}
}

// What Gradio says by itself in a corner of the page, when the server does not answer.
const NOTICES = {
	"Error": "Erreur",
	"Warning": "Attention",
	"Info": "Information",
	"Connection Lost": "Connexion perdue",
	"Connection to the server was lost. Attempting reconnection...": "Le serveur ne répond plus\u00a0: Tresse essaie de le retrouver.",
	"This application is currently busy. Please try again.": "Trop de questions à la fois\u00a0: reposez la vôtre dans un instant.",
	"Connection errored out.": "Le serveur ne répond plus\u00a0: posez de nouveau votre question.",
};

function translate() {
	for (const shown of document.querySelectorAll(".toast-body")) {
		const texts = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
		while (texts.nextNode()) {
			const french = NOTICES[texts.currentNode.nodeValue.trim()];
			if (french) texts.currentNode.nodeValue = french;
		}
	}
}

// Gradio names each message by its source, tags included; a reader who hears the page wants who speaks.
const SPEAKERS = { user: "Votre question", bot: "Réponse de Tresse" };

function nameSpeakers(root) {
	for (const [role, name] of Object.entries(SPEAKERS)) {
		for (const message of root.querySelectorAll(`#chat [data-testid="${role}"]`)) {
			if (message.getAttribute("aria-label") === name) continue;
			message.setAttribute("role", "group");
			message.setAttribute("aria-label", name);
		}
	}
}

function calm() {
	return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

// From a number in an answer to the quote, from a source back to the number it was called by.
document.addEventListener("click", (event) => {
	const link = event.target.closest?.('a[href^="#source-"], a[href^="#appel-"]');
	if (!link) return;
	const target = document.getElementById(link.getAttribute("href").slice(1));
	if (!target) return;
	event.preventDefault();
	for (let folded = target.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
	target.focus({ preventScroll: true });
	target.scrollIntoView({ block: "center", behavior: calm() });
});

// The question box. Gradio takes what is put there for what was typed.
const box = () => document.querySelector("#question textarea");

function fill(field, text) {
	Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, text);
	field.dispatchEvent(new Event("input", { bubbles: true }));
}

function ask(text) {
	fill(box(), text);
	setTimeout(() => document.querySelector("#question .submit-button")?.click(), 0);
	if (matchMedia("(pointer: fine)").matches) box().focus({ preventScroll: true });
}

function count() {
	const shown = document.getElementById("count");
	if (!shown || !box()) return;
	const limit = Number(shown.textContent.match(/\/\s*(\d+)/)[1]);
	const length = box().value.length;
	const words = `${length} / ${limit} caractères`;
	if (shown.textContent !== words) shown.textContent = words;
	shown.classList.toggle("over", length > limit);
	box().setAttribute("aria-describedby", "count");
	box().setAttribute("enterkeyhint", "send");
}
document.addEventListener("input", (event) => { if (event.target === box()) count(); });

// What is said to those who hear the page stands outside the conversation, in a region of its own.
const region = document.createElement("div");
region.id = "said";
region.className = "heard";
region.setAttribute("role", "status");
document.addEventListener("DOMContentLoaded", () => document.body.append(region));

let told = "";
function say(words) {
	region.textContent = words;
}

// Copying: a page served by an address of the local network has no clipboard of its own, hence the second way.
async function copy(text) {
	try {
		await navigator.clipboard.writeText(text);
	} catch {
		const field = Object.assign(document.createElement("textarea"), { value: text, className: "heard" });
		document.body.append(field);
		field.select();
		document.execCommand("copy");
		field.remove();
	}
}

function plain(reply) {
	const said = reply.querySelector(".said").cloneNode(true);
	for (const chip of said.querySelectorAll(".chip")) chip.replaceWith(`[${chip.lastChild.textContent}]`);
	for (const end of said.querySelectorAll("br")) end.replaceWith("\n");
	const lines = [...said.querySelectorAll("p, li")].map((line) => (line.tagName === "LI" ? "- " : "") + line.textContent.trim());
	const sources = [...reply.querySelectorAll(".refs li")].map((line) => `[${line.value}] ${line.textContent.trim()}`);
	return [lines.join("\n\n"), ...(sources.length ? ["Sources\u00a0:\n" + sources.join("\n")] : [])].join("\n\n") + "\n";
}

// The buttons of the conversation: what they do is their name, on what is their value.
let pressed = null;
let orders = 0; // each order has a number of its own: Gradio tells of a change, and the same one may be given twice
document.addEventListener("click", async (event) => {
	const button = event.target.closest?.("button[name]");
	if (!button) return;
	if (button.name === "ask") ask(button.value);
	if (button.name === "verify" || button.name === "judge") {
		pressed = `button[name="${button.name}"][value="${button.value}"]`;
		fill(document.querySelector("#errand textarea, #errand input"), `${++orders} ${button.name} ${button.value}`);
	}
	if (button.name === "copy") {
		await copy(plain(button.closest(".reponse")));
		button.textContent = "Copiée";
		say("Réponse copiée, avec ses références.");
		button.focus();
		setTimeout(() => { button.textContent = "Copier"; }, 4000);
	}
});

document.addEventListener("click", (event) => {
	if (event.target.closest?.('#stop, #restart, #erase, a[href="#question"]')) {
		if (event.target.closest("a")) event.preventDefault();
		box()?.focus();
	}
});

// A message is drawn anew when its answer is checked or judged: the focus goes back to the button that asked for it.
function refocus() {
	if (!pressed || document.activeElement !== document.body) return;
	const button = document.querySelector(pressed);
	const folded = button?.closest("details");
	if (folded) folded.open = true;
	button?.focus({ preventScroll: true });
	pressed = null;
}

let saved = "";
function save() {
	const file = document.querySelector("#outbox pre[id]");
	if (!file || file.id === saved) return;
	saved = file.id;
	const bytes = Uint8Array.from(atob(file.textContent.trim()), (char) => char.charCodeAt(0));
	const link = Object.assign(document.createElement("a"), { download: file.title, href: URL.createObjectURL(new Blob([bytes])) });
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// A question in the address is asked as soon as questions are answered, and once: a reload finds it in the conversation.
let inAddress = new URLSearchParams(location.search).get("q");
function askFromAddress() {
	if (!inAddress || !box()) return;
	ask(inAddress);
	inAddress = null;
	history.replaceState(null, "", location.pathname);
}

// A new question goes to the top of the conversation, so that its answer is read from the first line.
let asked = 0;
function follow() {
	const questions = document.querySelectorAll("#chat .question");
	if (questions.length > asked) {
		document.getElementById("sources").scrollTop = 0;
		questions[questions.length - 1].scrollIntoView({ block: "start", behavior: calm() });
	}
	asked = questions.length;
}

new MutationObserver(() => {
	if (document.documentElement.lang !== "fr") document.documentElement.lang = "fr";
	relabel(document);
	translate();
	nameSpeakers(document);
	count();
	const status = document.querySelector("#told p");
	if (status && status.textContent !== told) say(told = status.textContent);
	if (status?.classList.contains("ready")) askFromAddress();
	refocus();
	save();
	follow();
}).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
}
