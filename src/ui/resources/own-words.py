"""Writes the words of the program's own sentences, in all its languages: own-words.py OUT CATALOGUE..."""
import ast
import re
import sys

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def sentences(path):
    """Texts of msgid and msgstr; what stands in comments is left out."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith(("msgid", "msgstr", '"')):
                for text in STRING.findall(line):
                    yield ast.literal_eval(text)


def main(out, catalogues):
    words = set()
    for path in catalogues:
        for text in sentences(path):
            words |= {word.casefold() for word in re.findall(r"[^\W\d_]+", text)}
    with open(out, "w", encoding="utf-8") as file:
        file.write(" ".join(sorted(words)) + "\n")


main(sys.argv[1], sys.argv[2:])
