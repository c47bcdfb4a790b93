"""Markdown of model cards as HTML. What is markup in the source is escaped, never obeyed."""

import functools
import re

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

_HEADER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)  # of a card: what machines read


def html(source: str) -> str:
    """Headings, lists, tables, code, emphasis and links to other pages; no pictures."""
    return _parser().render(_HEADER.sub("", source))


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.add_render_rule("link_open", _elsewhere)
    return parser


def _elsewhere(
    self: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Links open beside the page, which keeps its state."""
    tokens[index].attrSet("target", "_blank")
    tokens[index].attrSet("rel", "noopener")
    return self.renderToken(tokens, index, options, env)
