"""How Sphinx makes the site; `make site` puts its pages together first (scripts/site.py)."""

project = "Learn Twilio Voice and SMS in notebooks"
html_title = "Learn Twilio Voice and SMS"
extensions = ["myst_nb"]
html_theme = "furo"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
myst_heading_anchors = 3
myst_enable_extensions = ["deflist", "tasklist"]
# The notebooks were run, and what they print was compared, before the site is made.
nb_execution_mode = "off"
