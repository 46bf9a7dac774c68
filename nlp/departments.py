"""x"""
from nlp import lexicon
NATIONAL = {r["name"]: r["code"] for r in lexicon.rows("departments.tsv")}
