// The evaluation page: what is said of an evaluation is heard, and another page of failures is read from its first line.
"use strict";

new MutationObserver(() => {
	const said = document.getElementById("eval-said");
	if (said && said.getAttribute("role") !== "status") said.setAttribute("role", "status");
}).observe(document.documentElement, { childList: true, subtree: true });

document.addEventListener("click", (event) => {
	const failures = event.target.closest?.("#eval-pages button") && document.getElementById("eval-failures");
	if (!failures) return;
	const wait = new MutationObserver(() => {
		wait.disconnect();
		document.getElementById("eval-failures-title").scrollIntoView({ block: "start" });
	});
	wait.observe(failures, { childList: true, subtree: true, characterData: true });
});
