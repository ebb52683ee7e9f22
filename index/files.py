"""The names of the files of a generation, for whoever writes them and whoever opens them."""

CONTENTS, KNOWLEDGE, VOCABULARY = "contents.json", "knowledge.json", "vocabulary.json"
DOCUMENTS, PASSAGES = "documents.jsonl", "passages.jsonl"
WORD_FORMS, TOLD = "words.jsonl", "told.jsonl"  # read by the next build only
VECTORS, CODES = "vectors.faiss", "codes.faiss"
WORDS = "words"
