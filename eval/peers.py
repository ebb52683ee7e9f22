"""Documents in, the hybrid searches that a user would pick instead of ours out, each as its documentation sets it up.

The peers are imported when they are asked for: they are installed for this comparison only.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from errors import TresseError
from eval.retrieval_sets import SetDocument
from index.encoder import ModelEncoder

# What a search gives: the ids of the documents of the passages found, best first, a document as often as it has passages there.
Search = Callable[[str], Sequence[str]]

PASSAGES = 100  # asked of every system, of ours too: 10 documents are wanted, and a long one may fill the first places
CHUNK, OVERLAP = 600, 60  # characters, as in the script of LangChain's documentation


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document, as the peers index it."""

    document: str
    text: str


@dataclass(frozen=True, slots=True)
class Peer:
    """A system to compare with: `modules` must be importable, `open` indexes and gives the search."""

    label: str
    modules: tuple[str, ...]
    open: Callable[[Sequence[Chunk], ModelEncoder], Search]

    def check(self) -> None:
        """Raise TresseError where it is not installed."""
        if any(find_spec(module) is None for module in self.modules):
            raise TresseError(
                f"{self.label} n’est pas installé, et n’est donc pas mesuré. "
                "Installez-le\u00a0: python -m pip install -r requirements-bench.txt"
            )


def chunks(documents: Sequence[SetDocument]) -> list[Chunk]:
    """Cut documents, title first, as the peers' users do."""
    # Imported here because the other commands of the evaluation need not wait for it.
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
    return [Chunk(document.id, text) for document in documents for text in splitter.split_text(document.whole)]


def open_langchain(pieces: Sequence[Chunk], encoder: ModelEncoder) -> Search:
    """Index with BM25Retriever and FAISS, joined half and half by EnsembleRetriever."""
    community = "langchain_community"
    texts = [piece.text for piece in pieces]
    sources = [{"document": piece.document, "number": number} for number, piece in enumerate(pieces)]
    words = import_module(f"{community}.retrievers").BM25Retriever.from_texts(texts, metadatas=sources, k=PASSAGES)
    store = import_module(f"{community}.vectorstores").FAISS.from_texts(
        texts, _langchain_embeddings(encoder), metadatas=sources
    )
    both = import_module("langchain_classic.retrievers").EnsembleRetriever(
        retrievers=[words, store.as_retriever(search_kwargs={"k": PASSAGES})],
        weights=[0.5, 0.5],
        id_key="number",  # without it, equal texts of two documents would be taken for one
    )
    return lambda query: [found.metadata["document"] for found in both.invoke(query)]


def _langchain_embeddings(encoder: ModelEncoder) -> Any:
    """Give LangChain our encoder: the class is made here because what it extends is imported here."""
    base: Any = import_module("langchain_core.embeddings").Embeddings

    class Embeddings(base):  # type: ignore[misc]
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            rows: list[list[float]] = encoder.encode_documents(texts).tolist()
            return rows

        def embed_query(self, text: str) -> list[float]:
            row: list[float] = encoder.encode_query(text).tolist()
            return row

    return Embeddings()


def open_haystack(pieces: Sequence[Chunk], encoder: ModelEncoder) -> Search:
    """Index in an InMemoryDocumentStore, asked by words and by vectors, joined by reciprocal rank fusion."""
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # read at import: measuring reports to nobody
    document = import_module("haystack").Document
    retrievers = import_module("haystack.components.retrievers.in_memory")
    store = import_module("haystack.document_stores.in_memory").InMemoryDocumentStore(shared=False)
    vectors = encoder.encode_documents([piece.text for piece in pieces]).tolist()
    store.write_documents(
        [
            document(id=str(number), content=piece.text, meta={"document": piece.document}, embedding=vector)
            for number, (piece, vector) in enumerate(zip(pieces, vectors, strict=True))
        ]
    )
    words = retrievers.InMemoryBM25Retriever(store, top_k=PASSAGES)
    nearest = retrievers.InMemoryEmbeddingRetriever(store, top_k=PASSAGES)
    joiner = import_module("haystack.components.joiners").DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def search(query: str) -> list[str]:
        by_words = words.run(query=query)["documents"]
        by_vectors = nearest.run(query_embedding=encoder.encode_query(query).tolist())["documents"]
        return [found.meta["document"] for found in joiner.run(documents=[by_words, by_vectors])["documents"]]

    return search


def open_txtai(pieces: Sequence[Chunk], encoder: ModelEncoder) -> Search:
    """Index with txtai's hybrid search, which loads the same model itself, with its prompts."""
    prompts = {"query": encoder.prompts.get("query", ""), "data": encoder.prompts.get("document", "")}
    embeddings = import_module("txtai").Embeddings(path=encoder.name, hybrid=True, gpu=False, instructions=prompts)
    embeddings.index((number, piece.text, None) for number, piece in enumerate(pieces))
    return lambda query: [pieces[number].document for number, _ in embeddings.search(query, PASSAGES)]


PEERS: Mapping[str, Peer] = {
    "langchain": Peer(
        "LangChain EnsembleRetriever",
        ("langchain_classic", "langchain_community", "rank_bm25"),
        open_langchain,
    ),
    "haystack": Peer("Haystack, BM25 et vecteurs", ("haystack",), open_haystack),
    "txtai": Peer("txtai hybride", ("txtai",), open_txtai),
}
