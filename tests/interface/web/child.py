"""`python child.py SECONDS`: serve the pages and the API as app.py does, with an assistant that finds nothing, at length."""

import logging
import sys
import time
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parents[3]))

from answer.assistant import Answer
from answer.live import Live
from app import address, listen, pages
from interface.api import api
from interface.desk import Desk
from interface.server import web_application
from interface.web.connections import limits_of_this_process
from interface.web.repeated import count_repetitions
from interface.web.stopping import Stop, server_of


class SlowAssistant:
    """Finds nothing, to a « longue » question after a while."""

    def ask(self, question: str, *_: object, **__: object) -> Answer:
        """Say so."""
        if "longue" in question:
            time.sleep(float(sys.argv[1]))
        return Answer(question, question, "refused", 0.9, "Je n’ai rien trouvé.", (), (), {"total": 1.0})


def main() -> None:
    """Serve until interrupted, and print the address."""
    logging.basicConfig(level=logging.WARNING)
    count_repetitions()
    index = SimpleNamespace(documents={}, contents={})
    desk = Desk(index, SlowAssistant(), SimpleNamespace(after=lambda *_: ()), ())
    live, stop = Live(lambda _: desk, lambda: "g000001"), Stop()
    web = web_application(pages(live, stop=stop), names=(), api=api(live), stop=stop)
    live.start()
    live.settled.wait(10)
    with listen("127.0.0.1", 0) as listener:
        print(address("127.0.0.1", listener), flush=True)
        server_of(web, limits_of_this_process(), stop).run(sockets=[listener])


if __name__ == "__main__":
    main()
