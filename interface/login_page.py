"""The two pages of whoever comes and goes, as plain HTML: they work without a script, and load nothing.

`</head>` is left out, as HTML allows: it is where the guard puts the scripts of the other pages.
"""

from html import escape

LOGIN, LOGOUT = "/connexion", "/deconnexion"

_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – Tresse</title><link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; --paper: #faf8f4; --ink: #26221d; --line: #8d857a; --accent: #1c5a4a; --on: #fff;
  --red: #8f2d1d; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --paper: #161513; --ink: #ece8e1; --line: #7d766c; --accent: #86c9b3; --on: #0a201b; --red: #f2a896; }}
}}
* {{ box-sizing: border-box; font: inherit; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-content: center; background: var(--paper); color: var(--ink);
  font: 17px/1.5 system-ui, sans-serif; }}
main {{ width: min(22rem, 100vw - 2rem); }}
h1 {{ margin: 0 0 1rem; font: 600 1.6rem/1.2 Georgia, serif; color: var(--accent); }}
label {{ display: block; margin: 0.8rem 0 0.2rem; }}
input {{ width: 100%; padding: 0.55rem; border: 1px solid var(--line); border-radius: 8px; background: transparent;
  color: inherit; }}
button {{ width: 100%; margin-top: 1.2rem; padding: 0.6rem; border: 0; border-radius: 8px; background: var(--accent);
  color: var(--on); font-weight: 600; cursor: pointer; }}
a {{ color: var(--accent); }} :focus-visible {{ outline: 3px solid var(--accent); outline-offset: 2px; }}
.fault {{ color: var(--red); font-weight: 600; }}
</style>
<body><main><h1>{title}</h1>{body}</main></body></html>
"""


def login_page(leads_to: str, fault: str = "") -> str:
    """Return the form that asks for a name and a password, with what was wrong with the last ones."""
    told = f'<p class="fault" role="alert">{escape(fault)}</p>' if fault else ""
    body = (
        f'{told}<form method="post" action="{LOGIN}"><input type="hidden" name="suite" value="{escape(leads_to)}">'
        '<label for="nom">Nom</label>'
        '<input id="nom" name="nom" autocomplete="username" autocapitalize="none" required autofocus>'
        '<label for="mot">Mot de passe</label>'
        '<input id="mot" name="mot" type="password" autocomplete="current-password" required>'
        "<button>Se connecter</button></form>"
    )
    return _PAGE.format(title="Se connecter à Tresse", body=body)


def logout_page(name: str) -> str:
    """Return the form that ends a session: a link would end it for whoever only looks ahead at links."""
    body = (
        f'<p>Vous êtes connecté sous le nom «\u00a0{escape(name)}\u00a0».</p><form method="post" action="{LOGOUT}">'
        '<button>Se déconnecter</button></form><p><a href="/">Revenir à Tresse</a></p>'
    )
    return _PAGE.format(title="Quitter Tresse", body=body)
