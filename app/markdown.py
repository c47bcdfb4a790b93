"""Markdown of model cards as HTML. What is markup in the source is escaped, never obeyed."""

import base64
import functools
import re
from collections.abc import Mapping

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

_HEADER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)  # of a card: what machines read


def html(source: str, pictures: Mapping[str, bytes] | None = None) -> str:
    """Headings, lists, tables, code, emphasis, links to other pages, and the PNG files given.

    ``pictures`` are their bytes by the name that the source has for them; of any other picture
    only what it shows is said, so nothing is fetched from anywhere.
    """
    return _parser().render(_HEADER.sub("", source), {"pictures": pictures or {}})


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("link_open", _elsewhere)
    parser.add_render_rule("image", _picture)
    return parser


def _elsewhere(
    self: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Links open beside the page, which keeps its state."""
    tokens[index].attrSet("target", "_blank")
    tokens[index].attrSet("rel", "noopener")
    return self.renderToken(tokens, index, options, env)


def _picture(
    self: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A picture that was given, within the page; else a word on what it would show."""
    token = tokens[index]
    name, shows = str(token.attrs["src"]), escapeHtml(token.content)
    if data := env["pictures"].get(name):
        code = base64.b64encode(data).decode("ascii")
        return f'<img src="data:image/png;base64,{code}" alt="{shows}">'
    return f"<em>(A picture that is not here: {shows})</em>"
