// French for Gradio, and the way from a citation to its source and back. Loaded before Gradio's own scripts.
"use strict";

for (const [name, value] of [["language", "fr"], ["languages", ["fr"]]]) {
	Object.defineProperty(navigator, name, { get: () => value });
}

const FRENCH = {
	"chatbot conversation": "Conversation",
	"Scroll down": "Descendre à la fin",
	"Scroll to bottom": "Descendre à la fin",
	"Copy conversation": "Copier la conversation",
	"Close": "Fermer",
};

function relabel(root) {
	for (const element of root.querySelectorAll("[aria-label], [title]")) {
		for (const name of ["aria-label", "title"]) {
			const french = FRENCH[element.getAttribute(name)];
			if (french) element.setAttribute(name, french);
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
	const folded = target.closest("details");
	if (folded) folded.open = true;
	target.focus({ preventScroll: true });
	target.scrollIntoView({ block: "center", behavior: calm() });
});

document.addEventListener("click", (event) => {
	if (event.target.closest?.("#examples button, #nexts button") && matchMedia("(pointer: fine)").matches) {
		document.querySelector("#question textarea")?.focus();
	}
});

// A new question goes to the top of the conversation, so that its answer is read from the first line.
let asked = 0;
new MutationObserver(() => {
	if (document.documentElement.lang !== "fr") document.documentElement.lang = "fr";
	relabel(document);
	nameSpeakers(document);
	const questions = document.querySelectorAll("#chat .question");
	if (questions.length > asked) {
		document.getElementById("sources").scrollTop = 0;
		questions[questions.length - 1].scrollIntoView({ block: "start", behavior: calm() });
	}
	asked = questions.length;
}).observe(document.documentElement, { childList: true, subtree: true });
