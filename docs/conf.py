"""How Sphinx builds these pages: `make docs`. Nothing is fetched, neither then nor by a reader."""

from __future__ import annotations

from videoemo._version import __version__

project = "videoemo"
author = "The videoemo developers"
copyright = author
version = release = __version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build"]
nitpicky = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# A single backtick in a docstring marks code.
default_role = "literal"
autosummary_generate = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # they stand in the signature and, in words, in the docstring
autodoc_class_signature = "mixed"
numpydoc_show_class_members = False
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "pydata_sphinx_theme"
html_title = "videoemo"
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["videoemo.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "videoemo"},
    "show_prev_next": True,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "navbar_center": [],
}
html_sidebars = {"**": ["all-pages"]}
