"""Lists the public API of a crate, a line for each item, from the pages that `cargo doc` writes.

    python3 api/list.py target/doc CRATE

What is listed are items with their declarations, fields, variants, methods, associated items, and implementations of traits.
Implementations of auto traits and of the compiler's blanket ones are left out, as are methods of traits outside their trait.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
# Sections of a page that say nothing of the item itself.
SKIPPED = re.compile(r"(synthetic-implementations|blanket-implementations|deref-methods|implementors-list-auto)")
# What a link or a hint adds to a declaration: where an item came from, and marks to unfold.
NOISE = re.compile(r"\b(rightside|since|src|anchor|tooltip|notable-traits|toggle-wrapper-summary|hideme)\b")


class Page(HTMLParser):
    """Reads the declaration of an item, and the headers of its implementations and methods."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.text = None
        self.declaration = ""
        self.headers = []

    def handle_starttag(self, tag, attributes):
        if tag in VOID:
            if tag == "br" and self.text is not None:
                self.text.append("\n")
            return
        attributes = dict(attributes)
        if self.text is not None and "where" in (attributes.get("class") or "").split():
            self.text.append(" ")
        self.open.append((tag, attributes.get("id") or "", (attributes.get("class") or "")))
        classes = (attributes.get("class") or "").split()
        if tag == "pre" and "item-decl" in classes or "code-header" in classes:
            self.text = []
        elif tag == "dt" and (attributes.get("id") or "").startswith("reexport."):
            self.text = []

    def handle_endtag(self, tag):
        while self.open:
            opened, identifier, classes = self.open.pop()
            if opened == tag:
                break
        else:
            return
        if self.text is None:
            return
        words = classes.split()
        if tag == "pre" and "item-decl" in words:
            # A type alias shows the type that it stands for, too.
            self.declaration = self.declaration or "".join(self.text)
        elif "code-header" in words:
            self.headers.append((opened, [each[1] for each in self.open], flat("".join(self.text))))
        elif tag == "dt" and identifier.startswith("reexport."):
            self.headers.append(("reexport", [], flat("".join(self.text))))
        else:
            return
        self.text = None

    def handle_data(self, data):
        if self.text is not None and not any(NOISE.search(classes) for _, _, classes in self.open):
            self.text.append(data)


def flat(text):
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"([(\[]) ", r"\1", text)
    return re.sub(r",? ([)\]])", r"\1", text)


def declared(text):
    """The head of a declaration, and each of its fields, variants or items of a trait."""
    text = re.sub(r"//.*", "", text)
    head, brace, body = flat(text).partition("{")
    if not head:
        return []
    head = head.strip().replace("]pub", "] pub")
    if not brace or "/* private fields */" in body and ":" not in body:
        return [head]
    is_trait = re.search(r"\btrait\b", head)
    members = split(body.rsplit("}", 1)[0], ";" if is_trait else ",")
    return [head, *(plain_async(member) for member in members)]


def split(text, separator):
    """Splits at a separator outside brackets; a body in braces, as of a provided method, ends a part, too."""
    parts, depth = [""], 0
    for index, character in enumerate(text):
        parts[-1] += character
        if character in "([{<":
            depth += 1
        elif character in ")]}" or character == ">" and text[index - 1] not in "-=":
            depth -= 1
        if depth == 0 and (character == separator or separator == ";" and character == "}"):
            parts.append("")
    return [part.strip() for part in parts if part.strip()]


def plain_async(text):
    """A method as it was written, before `async_trait` made a future in a box of it."""
    if "'async_trait" not in text:
        return text
    text = re.sub(r"Pin<Box<dyn Future<Output = (.*)> \+ Send \+ 'async_trait>>", r"\1", text)
    text = re.sub(r" where Self: 'async_trait[^{;]*", "", text)
    text = re.sub(r"<[^<>()]*'async_trait>|'life\d+ ", "", text).replace("'life1", "'_")
    return re.sub(r"^fn", "async fn", text).replace(" -> ()", "").replace("{", " {").replace("  ", " ")


def lines_of(path, name):
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    for line in declared(page.declaration):
        yield f"{name}: {line}"
    owner = ""
    for tag, identifiers, header in page.headers:
        if any(SKIPPED.search(identifier) for identifier in identifiers):
            continue
        if tag == "reexport":
            yield f"{name}: {header}"
        elif header.startswith(("impl", "unsafe impl")):
            owner = header
            if "StructuralPartialEq" not in header:
                yield f"{name}: {header}"
        elif "trait-implementations-list" in identifiers:
            # Methods follow from the trait; associated types do not.
            if header.startswith("type "):
                yield f"{name}: {owner}: {header}"
        elif any(identifier.startswith("implementors") for identifier in identifiers):
            continue
        elif header.startswith("pub "):
            yield f"{name}: {header}"


def main():
    root, crate = Path(sys.argv[1]), sys.argv[2]
    found = set()
    for path in (root / crate).rglob("*.html"):
        kind, _, rest = path.name.partition(".")
        folder = "::".join(path.relative_to(root).parent.parts)
        if path.name == "index.html":
            found.add(f"{folder}: mod")
            found.update(lines_of(path, folder))
        elif kind in ("struct", "enum", "trait", "fn", "type", "constant", "static", "macro", "union", "attr", "derive"):
            found.update(lines_of(path, f"{folder}::{rest.removesuffix('.html')}"))
    print("\n".join(sorted(found)))


main()
