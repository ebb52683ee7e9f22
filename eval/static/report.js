"use strict";
const root = document.documentElement;
const theme = document.getElementById("theme");
theme.hidden = false;
theme.addEventListener("click", () => {
	const dark = root.style.colorScheme ? root.style.colorScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
	root.style.colorScheme = dark ? "light" : "dark";
});

const filter = document.getElementById("filter");
if (filter) {
	const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
	const words = document.getElementById("words");
	const choices = [...filter.querySelectorAll("select")];
	const rows = [...document.querySelectorAll("#failures details")].map((row) => ({ row, text: plain(row.textContent) }));
	const show = () => {
		const wanted = plain(words.value).split(/\s+/).filter(Boolean);
		let shown = 0;
		for (const { row, text } of rows) {
			const chosen = choices.every((choice) => !choice.value || row.dataset[choice.dataset.of].split("|").includes(choice.value));
			row.hidden = !(chosen && wanted.every((word) => text.includes(word)));
			shown += !row.hidden;
		}
		document.getElementById("count").textContent = `${shown} sur ${rows.length}`;
	};
	const unfold = document.getElementById("unfold");
	unfold.addEventListener("click", () => {
		const open = unfold.getAttribute("aria-pressed") === "false";
		unfold.setAttribute("aria-pressed", open);
		unfold.textContent = open ? "Tout fermer" : "Tout ouvrir";
		for (const { row } of rows) row.open = open;
	});
	filter.hidden = false;
	filter.addEventListener("input", show);
}
